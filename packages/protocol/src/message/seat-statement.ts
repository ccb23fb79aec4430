import { MAX_SEAT_STATEMENT_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema } from '../wire/record.ts';
import { type Signed, signedFromWire, signedToWire } from './signed.ts';

/** A gossiped statement of one seat, `[body, signature]`. */
export const encodeSeatStatement = <T>(schema: RecordSchema<T>, signed: Signed<T>): Uint8Array =>
  encodeWire(signedToWire(schema, signed));

/** Throws TOO_LARGE or BAD_ENCODING. The signature is not checked here (see validate/). */
export const decodeSeatStatement = <T>(schema: RecordSchema<T>, bytes: Uint8Array): Signed<T> =>
  signedFromWire(schema, decodeWire(bytes, MAX_SEAT_STATEMENT_BYTES));
