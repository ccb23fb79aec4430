import { keccak256, tag } from '../primitives/hash.ts';
import type { Bytes32, TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';

/** "My own execution agrees with this value": what a quorum certificate is made of. At most one per seat, task and round. */
export interface ResultStatement {
  readonly taskId: TaskId;
  readonly round: number;
  readonly epoch: bigint;
  /** Seats drawn in all rounds so far: the denominator of the 70 %. */
  readonly seatCount: number;
  readonly lockRoot: Bytes32;
  readonly resultDigest: Bytes32;
}

export const RESULT_STATEMENT: RecordSchema<ResultStatement> = {
  name: 'ResultStatement',
  fields: {
    taskId: 'bytes32',
    round: 'uint8',
    epoch: 'uint64',
    seatCount: 'uint16',
    lockRoot: 'bytes32',
    resultDigest: 'bytes32',
  },
};

/** keccak256 of the locked seats' blind shares, ascending by seat. */
export const blindOf = (sharesBySeat: readonly { readonly seat: number; readonly blindShare: Bytes32 }[]): Bytes32 =>
  keccak256(...sharesBySeat.toSorted((a, b) => a.seat - b.seat).map(({ blindShare }) => blindShare));

/** keccak256("MLB_RESULT_V1", taskId, blind, resultHash): tells nothing to whoever does not know the blind. */
export const resultDigestOf = (taskId: TaskId, blind: Bytes32, resultHash: Bytes32): Bytes32 =>
  keccak256(tag('MLB_RESULT_V1'), taskId, blind, resultHash);
