import {
  afterSlash,
  chargeOf,
  type DisputeVerdict,
  type DutyOutcome,
  foundWrongBpsOf,
  hasQuorum,
  isBeyondErrorBudget,
  isJailed,
  isScoreEligible,
  type JudgedSeat,
  judgeDispute,
  logDuty,
  recentSlashCountOf,
  roundSizes,
  scoreAfterDuty,
  scoreAfterIdleDays,
  slashWei,
  type WrongFinding,
  wrongResultBps,
} from '../../src/index.ts';
import { createRandom, type Random } from '../../test/sim/random.ts';
import { type Duty, performDuty, RIGHT, type Shown } from './duty.ts';
import { type Operator, weightOf } from './network.ts';
import { BASE_FEE, inSeatFees, LOT_WEI, SEAT_UNITS, TASK } from './seat-fee.ts';

export interface Rules {
  readonly redundancy: number;
  readonly hasCommitments: boolean;
  /** Whether errors inside the budget cost no stake. */
  readonly hasErrorBudget: boolean;
  /** Whether the model is past its grace. */
  readonly isModelSlashable: boolean;
  /** Whether a locked seat that never reveals opens the next round although the others have a certificate. */
  readonly isWithholdingDisputed: boolean;
  /** Whether one dissenter alone passes for a divergence of platforms, as protocol.md has it, or two must dissent. */
  readonly isLoneDissentExcused: boolean;
}

export interface MarketRun {
  readonly disputes: number;
  readonly undecided: number;
  readonly slashes: number;
}

/** One task every ten seconds: a hundred operators have some 350 duties a day each. */
const TASK_SEC = 10;
const DAY_SEC = 86_400;

interface Seated {
  readonly operator: Operator;
  readonly shown: Shown;
}

interface Market {
  readonly operators: readonly Operator[];
  readonly rules: Rules;
  readonly random: Random;
  readonly findings: WrongFinding[];
  nowSec: number;
  disputes: number;
  undecided: number;
  slashes: number;
}

const fees = new Map<number, number>();

/** What a paid seat gets, in seat fees, by the real charge. */
const feeOf = (lockedCount: number, paidCount: number): number => {
  const key = lockedCount * 100 + paidCount;
  const known = fees.get(key);
  if (known !== undefined) return known;
  const charge = chargeOf({ order: TASK, baseFee: BASE_FEE, modelPriceWei: 0n, lockedCount, paidCount });
  const fee = Number(charge.paidSeatUnits) / SEAT_UNITS;
  fees.set(key, fee);
  return fee;
};

const isDrawable = ({ nowSec }: Market, { score, record }: Operator): boolean =>
  isScoreEligible(score) && !isJailed(record, nowSec);

const drawOf = (market: Market, count: number, taken: ReadonlySet<Operator>): Operator[] => {
  const pool = market.operators.filter((operator) => !taken.has(operator) && isDrawable(market, operator));
  return Array.from({ length: Math.min(count, pool.length) }, () => {
    const [drawn] = pool.splice(market.random.below(pool.length), 1);
    return drawn as Operator;
  });
};

const settleDuty = ({ nowSec }: Market, operator: Operator, outcome: DutyOutcome): void => {
  const day = Math.floor(nowSec / DAY_SEC);
  const rested = scoreAfterIdleDays(operator.score, day - operator.lastDay - 1);
  operator.score = scoreAfterDuty(rested, outcome);
  operator.lastDay = day;
  operator.log = logDuty(operator.log, outcome === 'wrong' || outcome === 'withheld');
  operator.seat = { ...operator.seat, weight: weightOf(operator.score) };
};

const slash = (market: Market, operator: Operator, isOverturnedSigner: boolean): void => {
  const { nowSec, findings, operators } = market;
  const bps = wrongResultBps({
    recentSlashCount: recentSlashCountOf(operator.record, nowSec),
    foundWrongBps: foundWrongBpsOf(findings, { nowSec, activeLots: operators.length }),
    isOverturnedSigner,
  });
  // Whoever is slashed tops its stake up to stay in the pool: the same share hurts as much again.
  const wei = slashWei(LOT_WEI, bps);
  operator.slashedWei += wei;
  operator.profit -= inSeatFees(wei);
  operator.record = afterSlash(operator.record, nowSec);
  market.slashes += 1;
};

const judgedOf = ({ rules }: Market, { operator, shown }: Seated): JudgedSeat => ({
  ...operator.seat,
  runtimeClass: operator.runtimeClass,
  finding: shown === RIGHT ? 'agreeing' : shown === undefined ? 'silent' : shown === 'withheld' ? 'withheld' : 'gross',
  isOverturnedSigner: false,
  isBeyondBudget: !rules.hasErrorBudget || isBeyondErrorBudget(logDuty(operator.log, true)),
});

const judge = (
  { rules: { isModelSlashable, isLoneDissentExcused } }: Market,
  seats: readonly JudgedSeat[],
): DisputeVerdict => {
  const verdict = judgeDispute({ seats, isModelSlashable });
  const isLone = seats.filter(({ finding }) => finding === 'gross').length === 1;
  if (verdict.type !== 'platform-divergence' || isLoneDissentExcused || !isLone) return verdict;
  return judgeDispute({ seats: seats.map((seat) => ({ ...seat, runtimeClass: 0 })), isModelSlashable });
};

/** Opens round after round until the union decides; gives the seats at fault among the first ones, or undefined. */
const dispute = (market: Market, first: readonly Seated[]): ReadonlyMap<number, boolean> | undefined => {
  market.disputes += 1;
  const union = [...first];
  for (const size of roundSizes(market.rules.redundancy).slice(1)) {
    const taken = new Set(union.map(({ operator }) => operator));
    for (const operator of drawOf(market, size - union.length, taken)) {
      union.push({ operator, shown: performDuty(operator, market.random, market.rules).shown });
    }
    const verdict = judge(
      market,
      union.map((seated) => judgedOf(market, seated)),
    );
    if (verdict.type === 'platform-divergence') return new Map();
    if (verdict.type === 'decided') {
      return new Map(verdict.faults.map(({ seat, isSlashable }) => [seat, isSlashable]));
    }
  }
  market.undecided += 1;
  return undefined;
};

const isContested = ({ rules }: Market, seated: readonly Seated[]): boolean => {
  const seats = seated.map(({ operator }) => operator.seat);
  const right = seated.flatMap(({ shown }, seat) => (shown === RIGHT ? [seat] : []));
  const isDissent = (shown: Shown): boolean =>
    shown === 'withheld' ? rules.isWithholdingDisputed : shown !== undefined && shown !== RIGHT;
  return !hasQuorum(seats, right) || seated.some(({ shown }) => isDissent(shown));
};

const outcomeOf = (shown: Shown, isAtFault: boolean): DutyOutcome => {
  if (shown === RIGHT) return 'good';
  if (!isAtFault) return 'miss';
  return shown === 'withheld' ? 'withheld' : 'wrong';
};

const settleTask = (market: Market, seated: readonly Seated[]): void => {
  const faults = isContested(market, seated) ? dispute(market, seated) : new Map<number, boolean>();
  if (faults === undefined) return;
  const locked = seated.filter(({ shown }) => shown !== undefined).length;
  const paid = seated.filter(({ shown }) => shown === RIGHT).length;
  for (const [seat, { operator, shown }] of seated.entries()) {
    settleDuty(market, operator, outcomeOf(shown, faults.has(seat)));
    if (shown === RIGHT) operator.profit += feeOf(locked, paid);
    if (faults.has(seat)) market.findings.push({ operatorIndex: operator.index, lots: 1, atSec: market.nowSec });
    if (faults.get(seat) === true) slash(market, operator, false);
  }
};

const runTask = (market: Market): void => {
  const seated = drawOf(market, market.rules.redundancy, new Set()).map((operator): Seated => {
    const { shown, cost }: Duty = performDuty(operator, market.random, market.rules);
    operator.duties += 1;
    operator.profit -= cost;
    return { operator, shown };
  });
  settleTask(market, seated);
};

/** Runs so many tasks over these operators, which it changes. The folds, quorums, verdicts and charges are the protocol's. */
export const runMarket = (
  operators: readonly Operator[],
  { rules, tasks, seed }: { readonly rules: Rules; readonly tasks: number; readonly seed: number },
): MarketRun => {
  const market: Market = {
    operators,
    rules,
    random: createRandom(seed),
    findings: [],
    nowSec: 0,
    disputes: 0,
    undecided: 0,
    slashes: 0,
  };
  for (let task = 0; task < tasks; task += 1) {
    market.nowSec = task * TASK_SEC;
    for (const operator of operators) if (!isDrawable(market, operator)) operator.barred += 1;
    while ((market.findings[0]?.atSec ?? Number.POSITIVE_INFINITY) <= market.nowSec - DAY_SEC) market.findings.shift();
    runTask(market);
  }
  return market;
};
