import type { Bytes32, TaskId } from '../primitives/hex.ts';
import type { RecordSchema } from '../wire/record.ts';

/** Opens the seat's commit. */
export interface Reveal {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
  readonly lockRoot: Bytes32;
  /** keccak256 of the canonical tensor bytes' sha256 (see tensor/canonical.ts). */
  readonly resultHash: Bytes32;
  readonly salt: Bytes32;
  readonly execMs: number;
}

export const REVEAL: RecordSchema<Reveal> = {
  name: 'Reveal',
  fields: {
    taskId: 'bytes32',
    round: 'uint8',
    seat: 'uint16',
    lockRoot: 'bytes32',
    resultHash: 'bytes32',
    salt: 'bytes32',
    execMs: 'uint32',
  },
};
