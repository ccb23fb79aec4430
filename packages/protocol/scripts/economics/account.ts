import {
  afterJail,
  afterSlash,
  chargeOf,
  closeInactivityWindow,
  countDecline,
  countDuty,
  type DutyOutcome,
  foundWrongBpsOf,
  isJailed,
  isScoreEligible,
  logDuty,
  recentSlashCountOf,
  scoreAfterDuty,
  scoreAfterIdleDays,
  slashWei,
  type WrongFinding,
  wrongResultBps,
} from '../../src/index.ts';
import type { Random } from '../../test/sim/random.ts';
import { type Operator, weightOf } from './network.ts';
import type { Rules } from './rules.ts';
import { BASE_FEE, inSeatFees, LOT_WEI, SEAT_UNITS, TASK } from './seat-fee.ts';

/** One task every ten seconds: a hundred operators have some 350 duties a day each. */
export const TASK_SEC = 10;
export const DAY_SEC = 86_400;

export interface Market {
  readonly operators: readonly Operator[];
  readonly rules: Rules;
  readonly random: Random;
  readonly findings: WrongFinding[];
  nowSec: number;
  disputes: number;
  undecided: number;
  slashes: number;
  lies: number;
  liesSettled: number;
}

const fees = new Map<number, number>();

/** What a paid seat gets, in seat fees, by the real charge. */
export const feeOf = (lockedCount: number, paidCount: number): number => {
  const key = lockedCount * 100 + paidCount;
  const known = fees.get(key);
  if (known !== undefined) return known;
  const charge = chargeOf({ order: TASK, baseFee: BASE_FEE, modelPriceWei: 0n, lockedCount, paidCount });
  const fee = Number(charge.paidSeatUnits) / SEAT_UNITS;
  fees.set(key, fee);
  return fee;
};

export const isDrawable = ({ nowSec }: Market, { score, record }: Operator): boolean =>
  isScoreEligible(score) && !isJailed(record, nowSec);

const dayOf = ({ nowSec }: Market): number => Math.floor(nowSec / DAY_SEC);

const takeStake = (market: Market, operator: Operator, bps: number): void => {
  // Whoever is slashed tops its stake up to stay in the pool: the same share hurts as much again.
  const wei = slashWei(LOT_WEI, bps);
  operator.slashedWei += wei;
  operator.profit -= inSeatFees(wei);
  operator.record = afterSlash(operator.record, market.nowSec);
  market.slashes += 1;
};

/** E5 and E6. */
export const slash = (market: Market, operator: Operator, isOverturnedSigner: boolean): void => {
  const { nowSec, findings, operators } = market;
  const bps = wrongResultBps({
    recentSlashCount: recentSlashCountOf(operator.record, nowSec),
    foundWrongBps: foundWrongBpsOf(findings, { nowSec, activeLots: operators.length }),
    isOverturnedSigner,
  });
  takeStake(market, operator, bps);
};

/** E7: closes the day of whoever has a duty on a later one. */
const closeDay = (market: Market, operator: Operator): void => {
  const { state, penalty } = closeInactivityWindow(operator.inactivity, dayOf(market));
  operator.inactivity = state;
  if (penalty.type === 'slash') takeStake(market, operator, penalty.bps);
  if (penalty.type === 'jail') operator.record = afterJail(operator.record, market.nowSec);
};

const score = (market: Market, operator: Operator, outcome: DutyOutcome, times: number): void => {
  const day = dayOf(market);
  let next = scoreAfterIdleDays(operator.score, day - operator.lastDay - 1);
  for (let i = 0; i < times; i += 1) next = scoreAfterDuty(next, outcome);
  operator.score = next;
  operator.lastDay = day;
  operator.seat = { ...operator.seat, weight: weightOf(operator.score) };
};

/** One settled duty, which counts so many times in the reputation. */
export const settleDuty = (market: Market, operator: Operator, outcome: DutyOutcome, times: number): void => {
  closeDay(market, operator);
  score(market, operator, outcome, times);
  operator.inactivity = countDuty(operator.inactivity, outcome === 'miss');
  operator.log = logDuty(operator.log, outcome === 'wrong' || outcome === 'withheld');
};

/** A seat passed on. */
export const settleDecline = (market: Market, operator: Operator): void => {
  closeDay(market, operator);
  const { state, isMiss } = countDecline(operator.inactivity);
  operator.inactivity = market.rules.hasDeclineBudget ? state : operator.inactivity;
  if (isMiss && market.rules.hasDeclineBudget) score(market, operator, 'miss', 1);
};
