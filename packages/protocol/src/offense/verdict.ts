import type { Seat } from '../quorum/seat.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { distanceOf, type Tolerance } from '../tensor/distance.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A subjective slash needs so many seats: fewer are too easily captured (T2). */
export const MIN_VERDICT_SEATS: number = 10;
/** Up to so many tolerances from the canonical value a result is unpaid, but no offense. */
export const GROSS_TOLERANCES: number = 4;

/**
 * What one seat of the union did, against the canonical value of its last round: `agreeing` within one tolerance, `near`
 * within four, `gross` beyond (in exact mode every difference); `withheld` when locked but never revealed; `silent` when
 * not locked at all.
 */
export type SeatFinding = 'agreeing' | 'near' | 'gross' | 'withheld' | 'silent';

/** The finding about a revealed output; `tolerance` undefined is exact mode. */
export const findingOf = (
  own: readonly Tensor[],
  canon: readonly Tensor[],
  tolerance: Tolerance | undefined,
): SeatFinding => {
  const { atol, rtol } = tolerance ?? { atol: 0, rtol: 0 };
  if (distanceOf(own, canon, { atol, rtol }) <= 1) return 'agreeing';
  // Distances are capped at 2: four tolerances are one of a tolerance four times as wide, and a factor of 4 is exact.
  const wide = { atol: GROSS_TOLERANCES * atol, rtol: GROSS_TOLERANCES * rtol };
  return tolerance !== undefined && distanceOf(own, canon, wide) <= 1 ? 'near' : 'gross';
};

/** A seat of the union and what it did. Its number is its place in the list. */
export interface JudgedSeat extends Seat {
  readonly runtimeClass: number;
  readonly finding: SeatFinding;
  /** It signed a certificate of an earlier round for another value than the canonical one. */
  readonly isOverturnedSigner: boolean;
  /** `isBeyondErrorBudget` of its log, this fault counted. */
  readonly isBeyondBudget: boolean;
}

/** A seat that is not paid and loses reputation; `isSlashable` when it loses stake as well (E5, E6). */
export interface Fault {
  readonly seat: number;
  readonly kind: 'wrong' | 'withheld';
  readonly isSlashable: boolean;
}

/** What the last round of a disputed task says about all seats drawn. */
export type DisputeVerdict =
  /** No value has 70 % of the union: nothing settles, nobody is at fault. */
  | { readonly type: 'undecided' }
  /** Only one kind of runtime disagrees: the model is flagged, nobody is at fault. */
  | { readonly type: 'platform-divergence'; readonly runtimeClass: number }
  | { readonly type: 'decided'; readonly faults: readonly Fault[] };

export interface DisputeInput {
  /** Seats of all rounds, in order. */
  readonly seats: readonly JudgedSeat[];
  /** `isModelSlashable` of its record. */
  readonly isModelSlashable: boolean;
}

/** The one runtime class of all who revealed another value, if no supporter has it. */
const divergentClassOf = (seats: readonly JudgedSeat[]): number | undefined => {
  const dissenting = seats.filter(({ finding }) => finding === 'near' || finding === 'gross');
  const classes = new Set(dissenting.map(({ runtimeClass }) => runtimeClass));
  const [only] = classes;
  const isShared = seats.some(({ finding, runtimeClass }) => finding === 'agreeing' && runtimeClass === only);
  return classes.size === 1 && !isShared ? only : undefined;
};

const faultOf = (judged: JudgedSeat, seat: number, maySlash: boolean): readonly Fault[] => {
  const { finding, isBeyondBudget, isOverturnedSigner } = judged;
  if (finding === 'agreeing' || finding === 'silent') return [];
  const kind = finding === 'withheld' ? 'withheld' : 'wrong';
  // The budget is for machines that err alone. Whoever signed an overturned certificate erred with a quorum of others.
  const isOffense = finding !== 'near' && (isBeyondBudget || isOverturnedSigner);
  return [{ seat, kind, isSlashable: maySlash && isOffense }];
};

/**
 * Judges a disputed task. Stake is at risk only with a quorum of a union of at least 10 seats, on a model past its grace,
 * beyond 4 tolerances, and beyond the error budget or under an overturned certificate. An honest seat, which agrees with
 * itself, is at fault only when 70 % of the union lie.
 */
export const judgeDispute = ({ seats, isModelSlashable }: DisputeInput): DisputeVerdict => {
  const agreeing = seats.flatMap(({ finding }, seat) => (finding === 'agreeing' ? [seat] : []));
  if (!hasQuorum(seats, agreeing)) return { type: 'undecided' };
  const runtimeClass = divergentClassOf(seats);
  if (runtimeClass !== undefined) return { type: 'platform-divergence', runtimeClass };
  const maySlash = isModelSlashable && seats.length >= MIN_VERDICT_SEATS;
  return { type: 'decided', faults: seats.flatMap((judged, seat) => faultOf(judged, seat, maySlash)) };
};
