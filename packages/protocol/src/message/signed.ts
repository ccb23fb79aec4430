import { ProtocolError } from '../errors.ts';
import { SIGNATURE_SIZE_BYTES } from '../primitives/signature.ts';
import { type RecordSchema, recordFromWire, recordToWire, type Wire } from '../wire/record.ts';

/** A body with the EIP-2098 signature of its EIP-712 digest. Carrying one says nothing about its validity. */
export interface Signed<T> {
  readonly body: T;
  readonly signature: Uint8Array;
}

export const signatureFromWire = (name: string, wire: unknown): Uint8Array => {
  if (!(wire instanceof Uint8Array) || wire.length !== SIGNATURE_SIZE_BYTES) {
    throw new ProtocolError('BAD_ENCODING', `${name}: expected a signature of ${SIGNATURE_SIZE_BYTES} bytes`);
  }
  return wire;
};

export const signedToWire = <T>(schema: RecordSchema<T>, signed: Signed<T>): Wire[] => [
  recordToWire(schema, signed.body),
  signed.signature,
];

export const signedFromWire = <T>(schema: RecordSchema<T>, wire: unknown): Signed<T> => {
  if (!Array.isArray(wire) || wire.length !== 2)
    throw new ProtocolError('BAD_ENCODING', `${schema.name}: expected [body, signature]`);
  return { body: recordFromWire(schema, wire[0]), signature: signatureFromWire(schema.name, wire[1]) };
};
