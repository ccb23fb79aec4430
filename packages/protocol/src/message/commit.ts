import * as AbiParameters from 'ox/AbiParameters';
import { keccak256 } from '../primitives/hash.ts';
import type { Address, Bytes32, TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';

/** A seat's promise of one result: it can be opened later, but not changed. */
export interface Commit {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
  readonly commitHash: Bytes32;
  /** 32 random bytes, known to the committee and the requester only: they blind the gossiped result digest. */
  readonly blindShare: Bytes32;
}

export const COMMIT: RecordSchema<Commit> = {
  name: 'Commit',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16', commitHash: 'bytes32', blindShare: 'bytes32' },
};

/** What a commit hides. `salt` is 32 random bytes: an unsalted seal of a low-entropy output is brute-forced. */
export interface CommitOpening {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
  readonly operator: Address;
  readonly resultHash: Bytes32;
  readonly salt: Bytes32;
}

/** keccak256(abi.encode("MLB_COMMIT_V1", taskId, round, seat, operator, resultHash, salt)). */
export const commitHashOf = (opening: CommitOpening): Bytes32 =>
  keccak256(
    AbiParameters.encode(
      AbiParameters.from(['string', 'bytes32', 'uint8', 'uint16', 'address', 'bytes32', 'bytes32']),
      [
        'MLB_COMMIT_V1',
        opening.taskId,
        opening.round,
        opening.seat,
        opening.operator,
        opening.resultHash,
        opening.salt,
      ],
      { checksumAddress: false },
    ),
  );
