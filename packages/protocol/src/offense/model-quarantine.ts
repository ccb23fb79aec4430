import type { SeatJudgement } from '../message/task-verdict.ts';
import type { Seat } from '../quorum/seat.ts';
import { hasQuorum, hasThreshold } from '../quorum/threshold.ts';

/** A model is judged by its last so many tasks. */
export const QUARANTINE_WINDOW_TASKS: number = 100;
/** More of them that split their round 0 than this: 5 %. */
export const QUARANTINE_MAX_SPLITS: number = 5;
/** In tolerance mode a new model excuses machines that differ alone: its tolerance is not proven yet. */
export const SLASH_GRACE_TASKS: number = 500;

/** How the settled tasks of one model went: a fold in the order of the batches. */
export interface ModelRecord {
  readonly taskCount: number;
  /** Bit i: the task i before the last one split its round 0. */
  readonly splits: bigint;
  /** Latched: a model without orders has no tasks to clear itself with. Its provider registers a new version. */
  readonly isQuarantined: boolean;
}

export const NEW_MODEL_RECORD: ModelRecord = { taskCount: 0, splits: 0n, isQuarantined: false };

/**
 * `proven`: a result that differs is the executor's fault. `young`: the model may yet be to blame, unless a quorum agreed
 * on the result. `quarantined`: the model is to blame.
 */
export type ModelStanding = 'proven' | 'young' | 'quarantined';

const WINDOW = (1n << BigInt(QUARANTINE_WINDOW_TASKS)) - 1n;

const countBits = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

/**
 * Whether round 0 of a settled task split: seats of a quorum revealed, and no value had 70 %. Silence is no split: it
 * says nothing about the model (docs/economics.md R3). `first` are the seats of round 0 with the verdict's judgements;
 * a task without a verdict did not split.
 */
export const didSplit = (first: readonly (Seat & SeatJudgement)[]): boolean => {
  const seatsWith = (is: (judged: SeatJudgement) => boolean): number[] =>
    first.flatMap((judged, seat) => (is(judged) ? [seat] : []));
  const revealed = seatsWith(({ finding }) => finding === 'agreeing' || finding === 'near' || finding === 'gross');
  const agreeing = seatsWith(({ finding }) => finding === 'agreeing');
  const overturned = seatsWith(({ isOverturnedSigner }) => isOverturnedSigner);
  return hasThreshold(first, revealed) && !hasQuorum(first, agreeing) && !hasQuorum(first, overturned);
};

/** The record after one more settled task. */
export const recordModelTask = (record: ModelRecord, hasSplit: boolean): ModelRecord => {
  const splits = ((record.splits << 1n) | (hasSplit ? 1n : 0n)) & WINDOW;
  return {
    taskCount: record.taskCount + 1,
    splits,
    isQuarantined: record.isQuarantined || countBits(splits) > QUARANTINE_MAX_SPLITS,
  };
};

/**
 * What a verdict on this model may hold against an executor. Exact mode runs bit by bit on the portable engine: there a
 * difference is never the model's, from the first task on.
 */
export const standingOf = (record: ModelRecord, mode: 'exact' | 'tolerance'): ModelStanding => {
  if (mode === 'exact') return 'proven';
  if (record.isQuarantined) return 'quarantined';
  return record.taskCount < SLASH_GRACE_TASKS ? 'young' : 'proven';
};
