import type { TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';
import { decodeSeatStatement, encodeSeatStatement } from './seat-statement.ts';
import type { Signed } from './signed.ts';

/** A drawn seat of round 0 passes to its substitute (committee/substitute.ts). Worth nothing after a Commit of that seat. */
export interface Decline {
  readonly taskId: TaskId;
  /** 0: only the first committee has substitutes. */
  readonly round: number;
  readonly seat: number;
}

export const DECLINE: RecordSchema<Decline> = {
  name: 'Decline',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16' },
};

export const encodeDecline = (decline: Signed<Decline>): Uint8Array => encodeSeatStatement(DECLINE, decline);
export const decodeDecline = (bytes: Uint8Array): Signed<Decline> => decodeSeatStatement(DECLINE, bytes);
