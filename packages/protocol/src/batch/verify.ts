import { equalBytes } from '@noble/curves/utils.js';
import { ProtocolError } from '../errors.ts';
import type { BatchHeader } from '../message/batch.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Bytes32, TaskId } from '../primitives/hex.ts';
import { assembleBatch, type Batch, headerDigestOf } from './assemble.ts';
import { batcherOf, placeTermsOf } from './build.ts';
import { type BatchFaultCode, isPassingFault } from './fault.ts';
import { type BatchLeaf, decodeLeaves } from './leaf.ts';
import { createSelection } from './selection.ts';
import { type CheckedTask, checkTask, type TaskCheck } from './task.ts';
import type { SettlementView } from './view.ts';

export interface BatchFault {
  readonly type: 'fault';
  readonly code: BatchFaultCode;
  /** The leaf at fault, or undefined when it is the batch. */
  readonly leaf: number | undefined;
  /** Our own lag could explain it: check again after the next block. */
  readonly isPassing: boolean;
}

export interface SoundBatch {
  readonly type: 'sound';
  readonly headerDigest: Bytes32;
  readonly taskIds: readonly TaskId[];
  readonly leaves: readonly BatchLeaf[];
}

export interface VerifyInput extends TaskCheck {
  readonly header: BatchHeader;
  readonly deltas: Uint8Array;
  readonly nullifiers: Uint8Array;
  /** The bytes that `header.dataCidDigest` names. */
  readonly data: Uint8Array;
}

const fault = (code: BatchFaultCode, leaf?: number): BatchFault => ({
  type: 'fault',
  code,
  leaf,
  isPassing: isPassingFault(code),
});

const isFault = (value: object): value is BatchFault => 'type' in value && value.type === 'fault';

/** Where the batch claims to stand, against where the chain does. */
const placeFault = (view: SettlementView, header: BatchHeader): BatchFaultCode | undefined => {
  if (header.index !== view.lastIndex + 1n) return 'WRONG_INDEX';
  if (header.prevHash !== view.lastHeaderDigest) return 'WRONG_PARENT';
  // The proposer may not have seen the seal that we saw.
  return header.epoch !== view.epoch && header.epoch !== view.epoch - 1n ? 'WRONG_EPOCH' : undefined;
};

const leavesOf = (data: Uint8Array): readonly BatchLeaf[] | BatchFault => {
  try {
    const leaves = decodeLeaves(data);
    return leaves.length === 0 ? fault('EMPTY') : leaves;
  } catch (error) {
    if (error instanceof ProtocolError) return fault('MALFORMED');
    throw error;
  }
};

/** Checks every leaf by itself and with its neighbours, up to the first fault. */
const checkLeaves = (check: TaskCheck, leaves: readonly BatchLeaf[]): readonly CheckedTask[] | BatchFault => {
  const selection = createSelection(check.view);
  for (const [i, leaf] of leaves.entries()) {
    const checked = checkTask(check, leaf);
    if (typeof checked === 'string') return fault(checked, i);
    const previous = selection.tasks.at(-1);
    if (previous !== undefined && previous.taskId >= checked.taskId) return fault('NOT_SORTED', i);
    const code = selection.take(checked);
    if (code !== undefined) return fault(code, i);
  }
  return selection.tasks;
};

const isSameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** What is claimed against what we would have built of the same tasks at the same place. */
const differenceOf = (input: VerifyInput, leaves: readonly BatchLeaf[], expected: Batch): BatchFault | undefined => {
  for (const [i, leaf] of leaves.entries()) {
    const own = expected.leaves[i];
    if (!isSameList(leaf.committee, own?.committee ?? [])) return fault('WRONG_COMMITTEE', i);
    if (!isSameList(leaf.ledgerRows, own?.ledgerRows ?? [])) return fault('WRONG_LEDGER_ROWS', i);
  }
  if (!equalBytes(input.deltas, expected.deltas)) return fault('WRONG_DELTAS');
  if (!equalBytes(input.nullifiers, expected.nullifiers)) return fault('WRONG_NULLIFIERS');
  if (input.header.slashesRoot !== expected.header.slashesRoot) return fault('WRONG_SLASHES_ROOT');
  if (input.header.reputationRoot !== expected.header.reputationRoot) return fault('WRONG_REPUTATION_ROOT');
  const { domain } = input.view;
  // One comparison for every field: two headers of one digest are one header.
  return headerDigestOf(domain, input.header) === headerDigestOf(domain, expected.header)
    ? undefined
    : fault('WRONG_HEADER');
};

/**
 * What an attester checks before it signs: every task from its order signature to its charge, every nonce and balance,
 * and that deltas, nullifiers, roots and sums are byte for byte those of the tasks. The proposal's own signature and
 * its slot are judged before (validate/batch-proposal.ts).
 */
export const verifyBatch = (input: VerifyInput): SoundBatch | BatchFault => {
  const { view, header } = input;
  const place = placeFault(view, header);
  if (place !== undefined) return fault(place);
  // Before any signature is checked: bytes that are not the announced ones cost us one hash.
  if (sha256(input.data) !== header.dataCidDigest) return fault('WRONG_DATA');
  const batcher = batcherOf(view, header.epoch, header.slot);
  if (batcher === undefined) return fault('UNKNOWN_EPOCH');
  const terms = placeTermsOf(input, header);
  if (terms === undefined) return fault('FOLD_BEHIND');
  const { baseFee, fold } = terms;
  if (header.baseFee !== baseFee) return fault('WRONG_BASE_FEE');
  const leaves = leavesOf(input.data);
  if (isFault(leaves)) return leaves;
  const tasks = checkLeaves({ ...input, view: { ...view, baseFee } }, leaves);
  if (isFault(tasks)) return tasks;
  const { index, prevHash, epoch, slot } = header;
  const expected = assembleBatch({ index, prevHash, epoch, slot, baseFee }, { tasks, batcher, fold });
  const difference = differenceOf(input, leaves, expected);
  if (difference !== undefined) return difference;
  return {
    type: 'sound',
    headerDigest: headerDigestOf(view.domain, header),
    taskIds: tasks.map(({ taskId }) => taskId),
    leaves,
  };
};
