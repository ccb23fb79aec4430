import { LANE_EARNED } from '../pricing/payout.ts';
import { MAX_BATCH_LEAVES, MAX_BATCH_PROPOSAL_BYTES } from '../wire/limits.ts';
import { movementsOf } from './assemble.ts';
import { DELTA_BYTES } from './deltas.ts';
import { leafSizeBytes, MAX_BATCH_DATA_BYTES } from './leaf.ts';
import { NULLIFIER_BYTES } from './nullifiers.ts';
import type { CheckedTask } from './task.ts';

/** A ledger row's number in CBOR, known only once the batch is complete. */
const LEDGER_ROW_MAX_BYTES = 5;
/** Header, signature and framing of a proposal. */
const PROPOSAL_OVERHEAD_BYTES = 1024;
const LEAVES_OVERHEAD_BYTES = 8;

/** Whether one more task fits what one block of data and one gossiped proposal carry; if so, its room is taken. */
export type TakeRoom = (task: CheckedTask) => boolean;

export const createRoom = (batcher: number): TakeRoom => {
  let leafCount = 0;
  let dataBytes = LEAVES_OVERHEAD_BYTES;
  const lanes = new Set<string>();
  return (task) => {
    const movements = movementsOf(task, batcher);
    const leaf = { ...task.task, committee: task.committee, ledgerRows: movements.map(() => 0) };
    const leafBytes = leafSizeBytes(leaf) + LEDGER_ROW_MAX_BYTES * movements.length;
    const fresh = movements
      .filter(({ kind }) => kind <= LANE_EARNED)
      .map(({ kind, account }) => `${kind}:${account}`)
      .filter((lane) => !lanes.has(lane));
    const rowBytes = (lanes.size + fresh.length) * DELTA_BYTES + (leafCount + 1) * NULLIFIER_BYTES;
    if (leafCount >= MAX_BATCH_LEAVES || dataBytes + leafBytes > MAX_BATCH_DATA_BYTES) return false;
    if (PROPOSAL_OVERHEAD_BYTES + rowBytes > MAX_BATCH_PROPOSAL_BYTES) return false;
    leafCount += 1;
    dataBytes += leafBytes;
    for (const lane of fresh) lanes.add(lane);
    return true;
  };
};
