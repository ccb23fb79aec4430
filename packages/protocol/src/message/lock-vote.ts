import { keccak256 } from '../primitives/hash.ts';
import { type Bytes32, fromHex, type TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';

/** A seat's vote that exactly this set of commits is closed; at most one per (task, round). */
export interface LockVote {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
  readonly lockRoot: Bytes32;
}

export const LOCK_VOTE: RecordSchema<LockVote> = {
  name: 'LockVote',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16', lockRoot: 'bytes32' },
};

/** One member of a locked set. */
export interface LockedCommit {
  readonly seat: number;
  /** hashStruct(Commit). */
  readonly commitStructHash: Bytes32;
}

/** keccak256 over (uint16 seat | hashStruct(Commit)) of the locked seats, ascending by seat. */
export const lockRootOf = (locked: readonly LockedCommit[]): Bytes32 => {
  const sorted = locked.toSorted((a, b) => a.seat - b.seat);
  return keccak256(
    ...sorted.flatMap(({ seat, commitStructHash }) => [
      Uint8Array.of(seat >> 8, seat & 0xff),
      fromHex(commitStructHash),
    ]),
  );
};
