import { drawProposer } from '../committee/proposer.ts';
import { taskIdOf } from '../message/task-order.ts';
import { type TaskId, toHex } from '../primitives/hex.ts';
import { assembleBatch, type Batch, type FoldBefore } from './assemble.ts';
import type { BatchFaultCode } from './fault.ts';
import { baseFeeAt } from './fold-base-fee.ts';
import { encodeLeaves, type SettledTask } from './leaf.ts';
import { createRoom, type TakeRoom } from './room.ts';
import { createSelection, type Selection } from './selection.ts';
import { type CheckedTask, checkTask, type TaskCheck } from './task.ts';
import { foldSourceOf, type SettlementView } from './view.ts';

/** Escrow account of the operator whose turn a slot is, or undefined when it is unknown to us. */
export const batcherOf = (view: SettlementView, epoch: bigint, slot: bigint): number | undefined => {
  const snapshot = view.snapshot(epoch);
  if (snapshot === undefined) return undefined;
  const row = drawProposer({ domain: view.domain, snapshot, slot });
  const operator = row === undefined ? undefined : snapshot.rows[row]?.operator;
  return operator === undefined ? undefined : view.accountOf(operator);
};

/** What a header at this place says about prices, and the fold that its roots go on from. */
export interface PlaceTerms {
  readonly baseFee: bigint;
  readonly fold: FoldBefore | undefined;
}

/** Undefined when our fold is not of the last batch, or the epoch is unknown: our own lag. */
export const placeTermsOf = (
  { view, secp256k1 }: TaskCheck,
  { epoch, slot }: { readonly epoch: bigint; readonly slot: bigint },
): PlaceTerms | undefined => {
  if (view.fold === undefined) return { baseFee: view.baseFee, fold: undefined };
  const { state, params } = view.fold;
  const snapshot = view.snapshot(epoch);
  if (snapshot === undefined || state.index !== view.lastIndex) return undefined;
  const source = foldSourceOf(view, secp256k1, params);
  return { baseFee: baseFeeAt(state, { slot, snapshot, params }), fold: { state, source } };
};

export interface RefusedTask {
  readonly taskId: TaskId;
  readonly code: BatchFaultCode;
}

export interface BuildInput extends TaskCheck {
  readonly slot: bigint;
  /** In any order. Of two forms of one task the later round is taken, then the one with more signatures. */
  readonly tasks: readonly SettledTask[];
}

export interface BuiltBatch {
  /** Undefined when no task can be settled now. */
  readonly batch: Batch | undefined;
  /** The taken tasks, ascending by id. */
  readonly taskIds: readonly TaskId[];
  readonly refused: readonly RefusedTask[];
}

interface Candidate {
  readonly taskId: TaskId;
  readonly task: SettledTask;
}

/** What makes one settleable form of a task better than another: a later round, a verdict, an audit, more signatures. */
const rankOf = ({ certificate, verdict, audit }: SettledTask): readonly number[] => [
  certificate.statement.round,
  verdict === undefined ? 0 : 1,
  audit === undefined ? 0 : 1,
  certificate.signatures.length,
  verdict?.signatures.length ?? 0,
  audit?.signatures.length ?? 0,
];

const formOf = (task: SettledTask): string => toHex(encodeLeaves([{ ...task, committee: [], ledgerRows: [] }]));

const compareCandidates = (a: Candidate, b: Candidate): number => {
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1;
  const rankOfA = rankOf(a.task);
  const better = rankOf(b.task).findIndex((value, i) => value !== rankOfA[i]);
  if (better >= 0) return (rankOf(b.task)[better] ?? 0) - (rankOfA[better] ?? 0);
  return formOf(a.task) < formOf(b.task) ? -1 : 1;
};

/** Each task once, ascending by id. */
const candidatesOf = ({ view, tasks }: BuildInput): readonly Candidate[] =>
  tasks
    .map((task) => ({ task, taskId: taskIdOf(view.domain, task.order.body) }))
    .sort(compareCandidates)
    .filter(({ taskId }, i, sorted) => sorted[i - 1]?.taskId !== taskId);

interface Taking {
  readonly selection: Selection;
  readonly takeRoom: TakeRoom;
}

/** An audit of a task that needs none settles nothing: it is left out. */
const checkCandidate = (check: TaskCheck, task: SettledTask): CheckedTask | BatchFaultCode => {
  const checked = checkTask(check, task);
  return checked === 'NEEDLESS_AUDIT' ? checkTask(check, { ...task, audit: undefined }) : checked;
};

const takeTask = (check: TaskCheck, { task }: Candidate, taking: Taking): BatchFaultCode | undefined => {
  const checked = checkCandidate(check, task);
  if (typeof checked === 'string') return checked;
  // Room is taken first: what the selection then refuses leaves a little of it unused, never too little.
  return taking.takeRoom(checked) ? taking.selection.take(checked) : 'BATCH_FULL';
};

/**
 * The batch after the chain's last one, of all tasks that can be settled now, for the proposer of `slot` in the last
 * sealed epoch. A function of the set of tasks, not of their order.
 */
export const buildBatch = (input: BuildInput): BuiltBatch => {
  const { view, slot } = input;
  const candidates = candidatesOf(input);
  const batcher = batcherOf(view, view.epoch, slot);
  const terms = placeTermsOf(input, { epoch: view.epoch, slot });
  if (batcher === undefined || terms === undefined) {
    const code = batcher === undefined ? 'UNKNOWN_ACCOUNT' : 'FOLD_BEHIND';
    return { batch: undefined, taskIds: [], refused: candidates.map(({ taskId }) => ({ taskId, code })) };
  }
  const { baseFee, fold } = terms;
  const check: TaskCheck = { ...input, view: { ...view, baseFee } };
  const taking = { selection: createSelection(view), takeRoom: createRoom(batcher) };
  const refused = candidates.flatMap((candidate) => {
    const code = takeTask(check, candidate, taking);
    return code === undefined ? [] : [{ taskId: candidate.taskId, code }];
  });
  const { tasks } = taking.selection;
  const taskIds = tasks.map(({ taskId }) => taskId);
  if (tasks.length === 0) return { batch: undefined, taskIds, refused };
  const { lastIndex, lastHeaderDigest, epoch } = view;
  const place = { index: lastIndex + 1n, prevHash: lastHeaderDigest, epoch, slot, baseFee };
  return { batch: assembleBatch(place, { tasks, batcher, fold }), taskIds, refused };
};
