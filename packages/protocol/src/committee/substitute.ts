import type { Address } from '../primitives/hex.ts';
import { type CommitteeSeat, type DrawInput, drawCommittee } from './draw.ts';

/** The draw of round 0. */
export interface FirstDraw {
  /** Seats 0 to redundancy - 1, as drawn. */
  readonly seats: readonly CommitteeSeat[];
  /** Place s: who takes seat s when it declines. Empty when the pool has fewer than two operators a seat. */
  readonly substitutes: readonly CommitteeSeat[];
}

/**
 * The committee of round 0 and its substitutes: rank redundancy + s of the SAME draw stands in for seat s. A fixed place, so
 * that no order of declines matters. Undefined when fewer than `redundancy` operators may be drawn.
 */
export const drawFirstSeats = (input: DrawInput): FirstDraw | undefined => {
  // A longer draw begins with the shorter one: each pick depends only on the ones before.
  const ranks = drawCommittee({ ...input, redundancy: 2 * input.redundancy }) ?? drawCommittee(input);
  return ranks && { seats: ranks.slice(0, input.redundancy), substitutes: ranks.slice(input.redundancy) };
};

/** Who holds the seats of round 0 after these declines. A seat without a substitute stays with its operator. */
export const occupantsOf = (
  { seats, substitutes }: FirstDraw,
  declined: Iterable<number>,
): readonly CommitteeSeat[] => {
  const passed = new Set(declined);
  return seats.map((drawn, seat) => (passed.has(seat) ? (substitutes[seat] ?? drawn) : drawn));
};

/** Operators that declined for a substitute: no later round and no audit of the task draws them. */
export const declinersOf = ({ seats, substitutes }: FirstDraw, declined: Iterable<number>): readonly Address[] => {
  const passed = new Set(declined);
  return seats.flatMap(({ operator }, seat) => (passed.has(seat) && substitutes[seat] !== undefined ? [operator] : []));
};
