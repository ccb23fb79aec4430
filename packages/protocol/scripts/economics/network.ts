import {
  CLEAN_RECORD,
  EMPTY_ERROR_LOG,
  type ErrorLog,
  type Inactivity,
  LOT_MLB,
  NO_INACTIVITY,
  type PenaltyRecord,
  reputationBpsOf,
  SCORE_ONE,
  type Score,
  type Seat,
} from '../../src/index.ts';
import { someAddress } from '../../test/fixture/network.ts';
import { LOT_WEI } from './seat-fee.ts';

/** What a seat that was wrong does when it must commit again: the same, what the others revealed, or nothing. */
export type Later = 'persist' | 'flip' | 'hide';

/** What an operator does with a duty. */
export type Strategy =
  /** Executes; errs now and then, misses now and then. */
  | { readonly type: 'work' }
  /** Guesses in a share of its duties and is right in a share of the guesses. */
  | { readonly type: 'guess'; readonly share: number; readonly luck: number; readonly later?: Later }
  /** The same, but hides its reveal when the others' show that the guess was wrong. */
  | { readonly type: 'withhold'; readonly share: number; readonly luck: number }
  /** Takes the value of the others: under commitments it must execute like everybody. */
  | { readonly type: 'copy' }
  /** Waits for the reveals of the others before it commits. */
  | { readonly type: 'late' }
  /** Is handed the result by a partner for nothing. */
  | { readonly type: 'share' }
  /** Always executes, always lies. */
  | { readonly type: 'grief' }
  /** Works, and opens a dispute against every certificate, though it agrees. */
  | { readonly type: 'dissent' }
  /** Works, but passes a share of its seats on. */
  | { readonly type: 'decline'; readonly share: number }
  /** One of a coalition whose seats share one execution; lies when it holds at least so large a share of round 0. */
  | { readonly type: 'collude'; readonly liesFrom: number; readonly later: Later };

export interface Profile {
  readonly name: string;
  readonly strategy: Strategy;
  readonly errorRate?: number;
  readonly missRate?: number;
  /** It declares a runtime class that nobody else of another profile has; all others have one of two. */
  readonly runtimeClass?: number;
}

/** One operator of the simulated network; its folds are the protocol's. */
export interface Operator {
  readonly index: number;
  readonly profile: Profile;
  readonly runtimeClass: number;
  seat: Seat;
  score: Score;
  lastDay: number;
  log: ErrorLog;
  record: PenaltyRecord;
  inactivity: Inactivity;
  stakeWei: bigint;
  slashedWei: bigint;
  duties: number;
  /** In seat fees, slashes included. */
  profit: number;
  /** Tasks drawn while it could not be drawn. */
  barred: number;
}

/** 1500 good duties behind it. */
const AGED: Score = { good: 1500 * SCORE_ONE, bad: 0 };

export const weightOf = (score: Score): bigint => LOT_MLB * BigInt(reputationBpsOf(score));

export const createOperator = (index: number, profile: Profile): Operator => ({
  index,
  profile,
  runtimeClass: profile.runtimeClass ?? index % 2,
  seat: {
    operator: someAddress(`operator ${index}`),
    sessionKey: someAddress(`session ${index}`),
    weight: weightOf(AGED),
  },
  score: AGED,
  lastDay: 0,
  log: EMPTY_ERROR_LOG,
  record: CLEAN_RECORD,
  inactivity: NO_INACTIVITY,
  stakeWei: LOT_WEI,
  slashedWei: 0n,
  duties: 0,
  profit: 0,
  barred: 0,
});
