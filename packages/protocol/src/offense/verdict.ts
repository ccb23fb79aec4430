import type { Finding, SeatJudgement } from '../message/task-verdict.ts';
import type { Seat } from '../quorum/seat.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { distanceOf, type Tolerance } from '../tensor/distance.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelStanding } from './model-quarantine.ts';

/** A subjective slash needs so many seats: fewer are too easily captured (T2). */
export const MIN_VERDICT_SEATS: number = 10;
/** Up to so many tolerances from the canonical value a result is unpaid, but no offense. */
export const GROSS_TOLERANCES: number = 4;

/** A slashable fault that only a young model excuses counts as so many bad duties: stake is spared, the seat is not. */
export const YOUNG_FAULT_DUTIES: number = 8;

/**
 * What one seat of the union did, against the canonical value of its last round: `agreeing` within one tolerance, `near`
 * within four, `gross` beyond (in exact mode every difference); `withheld` when locked but never revealed; `silent` when
 * not locked at all.
 */
export type SeatFinding = Finding;

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
export interface JudgedSeat extends Seat, SeatJudgement {
  readonly runtimeClass: number;
  /** `isBeyondErrorBudget` of its log, this fault counted. */
  readonly isBeyondBudget: boolean;
}

/** A seat that is not paid and loses reputation; `isSlashable` when it loses stake as well (E5, E6). */
export interface Fault {
  readonly seat: number;
  readonly kind: 'wrong' | 'withheld';
  readonly isSlashable: boolean;
  /** How often the duty counts as `kind` in the reputation: 1, or YOUNG_FAULT_DUTIES. */
  readonly badDuties: number;
}

/** What the last round of a disputed task says about all seats drawn. */
export type DisputeVerdict =
  /** No value has 70 % of the union: nothing settles, nobody is at fault. */
  | { readonly type: 'undecided' }
  /** Only one kind of runtime disagrees: its seats are excused. */
  | { readonly type: 'platform-divergence'; readonly runtimeClass: number; readonly faults: readonly Fault[] }
  | { readonly type: 'decided'; readonly faults: readonly Fault[] };

export interface DisputeInput {
  /** Seats of all rounds, in order. */
  readonly seats: readonly JudgedSeat[];
  /** `standingOf` the model's record before this task. */
  readonly standing: ModelStanding;
}

/** One dissenter alone may be a lie with a class of its own: a platform has at least two (docs/economics.md R2a). */
const MIN_DIVERGENT_SEATS = 2;

const isDissent = ({ finding }: SeatJudgement): boolean => finding === 'near' || finding === 'gross';

/** The one runtime class of all who revealed another value, at least two, if no supporter has it. */
const divergentClassOf = (seats: readonly JudgedSeat[]): number | undefined => {
  const dissenting = seats.filter(isDissent);
  const classes = new Set(dissenting.map(({ runtimeClass }) => runtimeClass));
  const [only] = classes;
  const isShared = seats.some(({ finding, runtimeClass }) => finding === 'agreeing' && runtimeClass === only);
  return dissenting.length >= MIN_DIVERGENT_SEATS && classes.size === 1 && !isShared ? only : undefined;
};

/**
 * Whether the seat did something that costs stake if nothing excuses it. The budget is for machines that err alone:
 * whoever signed an overturned certificate erred with a quorum of others, and neither silence nor a change of mind in a
 * later round undoes it.
 */
const isOffense = ({ finding, isOverturnedSigner, isBeyondBudget }: JudgedSeat): boolean =>
  isOverturnedSigner || (isBeyondBudget && (finding === 'gross' || finding === 'withheld'));

/** Whether the machine or the model may be to blame: never for what was hidden, and a quorum is no machine that differs. */
const isExcused = (judged: JudgedSeat, standing: ModelStanding): boolean => {
  if (standing === 'quarantined') return judged.finding !== 'withheld';
  return standing === 'young' && judged.finding !== 'withheld' && !judged.isOverturnedSigner;
};

/**
 * Judges a disputed task. Stake is at risk only with a quorum of a union of at least 10 seats, beyond 4 tolerances, and
 * beyond the error budget or under an overturned certificate; a young model excuses who erred alone, one in quarantine
 * everybody but who withheld. A divergence of platforms excuses its class, but on a proven model not the signers of an
 * overturned certificate: a coalition could declare a class of its own. An honest seat, which agrees with itself, is at
 * fault only when 70 % of the union lie.
 */
export const judgeDispute = ({ seats, standing }: DisputeInput): DisputeVerdict => {
  const agreeing = seats.flatMap(({ finding }, seat) => (finding === 'agreeing' ? [seat] : []));
  if (!hasQuorum(seats, agreeing)) return { type: 'undecided' };
  const runtimeClass = divergentClassOf(seats);
  const hasPanel = seats.length >= MIN_VERDICT_SEATS;
  const faults = seats.flatMap((judged, seat): readonly Fault[] => {
    const { finding, isOverturnedSigner } = judged;
    const isDivergent = runtimeClass !== undefined && runtimeClass === judged.runtimeClass && isDissent(judged);
    if (isDivergent && !(isOverturnedSigner && standing === 'proven')) return [];
    if (!isOverturnedSigner && (finding === 'agreeing' || finding === 'silent')) return [];
    const mayCost = hasPanel && isOffense(judged);
    const isSlashable = mayCost && !isExcused(judged, standing);
    const badDuties = mayCost && !isSlashable && standing === 'young' ? YOUNG_FAULT_DUTIES : 1;
    return [{ seat, kind: finding === 'withheld' ? 'withheld' : 'wrong', isSlashable, badDuties }];
  });
  return runtimeClass === undefined
    ? { type: 'decided', faults }
    : { type: 'platform-divergence', runtimeClass, faults };
};
