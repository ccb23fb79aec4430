import { BPS, MIN_VERIFIERS, THRESHOLD_BPS } from '../params.ts';
import type { Seat } from './seat.ts';

/** 70 % in integers: `share * 10000 >= 7000 * total`. No share of nothing is a quorum. */
export const meetsThreshold = (share: bigint, total: bigint): boolean =>
  total > 0n && share * BPS >= THRESHOLD_BPS * total;

/** Weight of ALL seats, silent ones included: the denominator of every share. */
export const totalWeightOf = (seats: readonly Seat[]): bigint => seats.reduce((sum, { weight }) => sum + weight, 0n);

/** Weight of the named seats, each counted once; numbers without a seat weigh nothing. */
export const weightOf = (seats: readonly Seat[], members: Iterable<number>): bigint =>
  [...new Set(members)].reduce((sum, seat) => sum + (seats[seat]?.weight ?? 0n), 0n);

/** At least 70 % of the weight of all seats. */
export const hasThreshold = (seats: readonly Seat[], members: Iterable<number>): boolean =>
  meetsThreshold(weightOf(seats, members), totalWeightOf(seats));

/** What a certificate needs: 70 % of the weight of all seats, and MIN_VERIFIERS distinct operators (paper 5.1.3). */
export const hasQuorum = (seats: readonly Seat[], members: Iterable<number>): boolean => {
  const list = [...members];
  const operators = new Set(list.flatMap((seat) => seats[seat]?.operator ?? []));
  return operators.size >= MIN_VERIFIERS && hasThreshold(seats, list);
};
