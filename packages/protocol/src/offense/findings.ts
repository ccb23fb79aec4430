import { packFindings, type TaskVerdict, unpackFindings } from '../message/task-verdict.ts';
import type { Seat } from '../quorum/seat.ts';
import type { JudgedSeat } from './verdict.ts';

/** A seat of the union with what a verdict does not say about it. */
export interface SeatRecord extends Seat {
  readonly runtimeClass: number;
  /** `isBeyondErrorBudget` of its log, a fault in this task counted. */
  readonly isBeyondBudget: boolean;
}

/**
 * The seats as `judgeDispute` wants them, by the findings of a verdict on their union: seat s is nibble s. Undefined for
 * findings that name other seats or hold a code that does not exist: such a verdict is void.
 */
export const judgedSeatsOf = (
  { findings }: Pick<TaskVerdict, 'findings'>,
  seats: readonly SeatRecord[],
): readonly JudgedSeat[] | undefined => {
  const judgements = unpackFindings(findings, seats.length);
  return judgements && seats.map((seat, i) => ({ ...seat, ...(judgements[i] as (typeof judgements)[number]) }));
};

/** The findings of judged seats: the inverse of `judgedSeatsOf`. */
export const findingsOf = (seats: readonly JudgedSeat[]): bigint => packFindings(seats);
