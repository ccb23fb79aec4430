import { BPS, MIN_ELIGIBLE_REPUTATION_BPS } from '../params.ts';

/**
 * What an operator did, forgotten slowly: duties that went well and badly in Q16 (65536 is one duty). Neither exceeds
 * 2^27, so every step is exact in a double and in 32 bits on chain.
 */
export interface Score {
  readonly good: number;
  readonly bad: number;
}

/** How one settled duty ended. `wrong` and `withheld` need a verdict; whoever is merely absent or late has a `miss`. */
export type DutyOutcome = 'good' | 'wrong' | 'withheld' | 'miss';

/** Nobody knows a newcomer: half way (NEWCOMER_REPUTATION_BPS). */
export const NEW_SCORE: Score = { good: 0, bad: 0 };

/** One duty in Q16. */
export const SCORE_ONE: number = 65_536;
/** A miss is a thirty-second of a wrong result: 30 % offline costs weight, not the seat (T14). */
export const SCORE_MISS: number = SCORE_ONE / 32;
/** Duties that a newcomer's even odds count for (K): 274 good ones to 0.75 (T13). */
export const SCORE_PRIOR_DUTIES: number = 256;
/** Good duties that one bad one outweighs (M): a 5 % liar falls below the draw (T14). */
export const SCORE_BAD_FACTOR: number = 64;
/** Each duty forgets 1/2048 of all before: no hoard of old merits to cheat from. */
const MEMORY_SHIFT = 11;
/** Reputation never leaves [0.1, 1]: a weight of zero could never come back. */
export const MIN_REPUTATION_BPS: number = 1000;
export const MAX_REPUTATION_BPS: number = 10_000;

const ADDED: Readonly<Record<DutyOutcome, Score>> = {
  good: { good: SCORE_ONE, bad: 0 },
  wrong: { good: 0, bad: SCORE_ONE },
  withheld: { good: 0, bad: SCORE_ONE },
  miss: { good: 0, bad: SCORE_MISS },
};

/** The score after one more settled duty. */
export const scoreAfterDuty = ({ good, bad }: Score, outcome: DutyOutcome): Score => ({
  good: good - (good >> MEMORY_SHIFT) + ADDED[outcome].good,
  bad: bad - (bad >> MEMORY_SHIFT) + ADDED[outcome].bad,
});

const afterIdleDay = ({ good, bad }: Score): Score => ({
  good: good - Math.floor((good * 2) / 100),
  bad: bad - Math.floor(bad / 100),
});

/**
 * The score after so many whole days without a duty: 2 % of the good and 1 % of the bad goes each day, so that reputation
 * can be neither hoarded nor slept off. Ends early once nothing more rounds away: at most some 1400 steps.
 */
export const scoreAfterIdleDays = (score: Score, days: number): Score => {
  let current = score;
  for (let day = 0; day < days; day += 1) {
    const next = afterIdleDay(current);
    if (next.good === current.good && next.bad === current.bad) return current;
    current = next;
  }
  return current;
};

/** w = (K/2 + g) / (K + g + M b) in bps, rounded down and held in [1000, 10000] (protocol.md section 8). */
export const reputationBpsOf = ({ good, bad }: Score): number => {
  const prior = SCORE_PRIOR_DUTIES * SCORE_ONE;
  const bps = Math.floor(((prior / 2 + good) * Number(BPS)) / (prior + good + SCORE_BAD_FACTOR * bad));
  return Math.min(MAX_REPUTATION_BPS, Math.max(MIN_REPUTATION_BPS, bps));
};

/** Whether an operator of this score may be drawn. */
export const isScoreEligible = (score: Score): boolean => reputationBpsOf(score) >= MIN_ELIGIBLE_REPUTATION_BPS;
