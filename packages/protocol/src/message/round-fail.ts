import type { TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';
import { decodeSeatStatement, encodeSeatStatement } from './seat-statement.ts';
import type { Signed } from './signed.ts';

/** "My round timer fired and I know no certificate." More than 30 % of the weight saying so opens the next round. */
export interface RoundFail {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
}

export const ROUND_FAIL: RecordSchema<RoundFail> = {
  name: 'RoundFail',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16' },
};

export const encodeRoundFail = (roundFail: Signed<RoundFail>): Uint8Array => encodeSeatStatement(ROUND_FAIL, roundFail);
export const decodeRoundFail = (bytes: Uint8Array): Signed<RoundFail> => decodeSeatStatement(ROUND_FAIL, bytes);
