import {
  chargeOf,
  type DutyOutcome,
  NEW_SCORE,
  reputationBpsOf,
  type Score,
  scoreAfterDuty,
  scoreAfterIdleDays,
} from '../../src/index.ts';
import { createRandom } from '../../test/sim/random.ts';
import { BASE_FEE, SEAT_UNITS, TASK } from './seat-fee.ts';
import type { Table } from './table.ts';

const after = (count: number, outcome: DutyOutcome, start: Score = NEW_SCORE): Score => {
  let score = start;
  for (let i = 0; i < count; i += 1) score = scoreAfterDuty(score, outcome);
  return score;
};
const weight = (score: Score): string => (reputationBpsOf(score) / 10_000).toFixed(3);

/** Good duties until the reputation is at least `bps`. */
const dutiesTo = (bps: number, start: Score = NEW_SCORE): number => {
  let score = start;
  let count = 0;
  for (; reputationBpsOf(score) < bps; count += 1) score = scoreAfterDuty(score, 'good');
  return count;
};

/** T13. */
export const climb = (): Table => ({
  id: 'T13',
  title: 'good duties of a newcomer until its reputation is',
  columns: ['reputation', 'measured', 'research'],
  rows: [
    [0.75, dutiesTo(7500), 274],
    [0.9, dutiesTo(9000), 1420],
  ],
});

const PROFILES: readonly (readonly [string, wrong: number, miss: number, expected: string])[] = [
  ['good (0.01 % wrong, 0.5 % missed)', 0.0001, 0.005, '.935'],
  ['flaky (0.01 %, 5 %)', 0.0001, 0.05, '.856'],
  ['broken (0.5 %, 1 %)', 0.005, 0.01, '.705'],
  ['liar 1 %', 0.01, 0.005, '.604'],
  ['liar 5 %', 0.05, 0.005, '.234'],
  ['liar 20 %', 0.2, 0.005, ''],
  ['offline 30 %', 0.0001, 0.3, '.540'],
];

const steadyMean = (wrong: number, miss: number): number => {
  const random = createRandom(5);
  let score = NEW_SCORE;
  let sum = 0;
  for (let duty = 0; duty < 60_000; duty += 1) {
    const dice = random.below(1_000_000) / 1_000_000;
    score = scoreAfterDuty(score, dice < wrong ? 'wrong' : dice < wrong + miss ? 'miss' : 'good');
    if (duty >= 10_000) sum += reputationBpsOf(score);
  }
  return sum / 50_000 / 10_000;
};

/** T14. */
export const steadyState = (): Table => ({
  id: 'T14',
  title: 'mean reputation in the long run (50 000 duties; below 0.4 nobody is drawn)',
  columns: ['operator', 'measured', 'research'],
  rows: PROFILES.map(([name, wrong, miss, expected]) => [name, steadyMean(wrong, miss).toFixed(3), expected]),
});

/** T15 and T16. */
export const fall = (): Table => ({
  id: 'T15/T16',
  title: 'aged operator (5000 good duties), then k wrong results in a row: reputation, duties back to 0.9',
  columns: ['k', 'measured', 'research', 'a fresh identity (0.5) is better'],
  rows: (
    [
      [1, '.912/0'],
      [3, '.862/1283'],
      [5, ''],
      [10, '.722/3613'],
      [20, ''],
      [40, ''],
    ] as const
  ).map(([k, expected]) => {
    const score = after(k, 'wrong', after(5000, 'good'));
    return [k, `${weight(score)}/${dutiesTo(9000, score)}`, expected, reputationBpsOf(score) < 5000 ? 'yes' : 'no'];
  }),
});

/** T17. */
export const rest = (): Table => ({
  id: 'T17',
  title: 'aged operator after idle days',
  columns: ['days', 'measured', 'research'],
  rows: (
    [
      [30, '.900'],
      [90, '.771'],
      [180, '.581'],
    ] as const
  ).map(([days, expected]) => [days, weight(scoreAfterIdleDays(after(5000, 'good'), days)), expected]),
});

/** T18: own tasks of 5 seats, of which a share f is one's own; the fees of the real charge come back for those only. */
export const washTrading = (): Table => {
  const seats = 5;
  const charge = chargeOf({ order: TASK, baseFee: BASE_FEE, modelPriceWei: 0n, lockedCount: seats, paidCount: seats });
  const paid = Number(charge.chargeUnits) / SEAT_UNITS;
  const got = Number(charge.paidSeatUnits) / SEAT_UNITS;
  const goodDuties = dutiesTo(9000);
  const expected: Readonly<Record<number, number>> = { 0.01: 152_792, 0.05: 30_104, 0.1: 14_768, 0.2: 7100, 0.5: 2499 };
  return {
    id: 'T18',
    title: 'seat fees R to buy a reputation of 0.9 with own tasks (execution 0.6 R; honest work earns instead)',
    columns: ['own share f', 'measured', 'research', 'honest earns'],
    rows: Object.entries(expected).map(([share, figure]) => {
      const own = seats * Number(share);
      const cost = (goodDuties * (paid - own * (got - 0.6))) / own;
      return [share, Math.round(cost), figure, Math.round(goodDuties * (got - 0.6))];
    }),
  };
};
