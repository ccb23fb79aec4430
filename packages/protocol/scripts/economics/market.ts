import {
  hasQuorum,
  isBeyondErrorBudget,
  type JudgedSeat,
  judgeDispute,
  logDuty,
  roundSizes,
  type SeatJudgement,
} from '../../src/index.ts';
import { createRandom } from '../../test/sim/random.ts';
import { DAY_SEC, feeOf, isDrawable, type Market, settleDecline, settleDuty, slash, TASK_SEC } from './account.ts';
import { LIE, performDuty, RIGHT, type Shown, showAgain } from './duty.ts';
import type { Operator } from './network.ts';
import type { Rules } from './rules.ts';
import { EXECUTION_COST } from './seat-fee.ts';

export interface MarketRun {
  readonly disputes: number;
  readonly undecided: number;
  readonly slashes: number;
  /** Tasks whose round 0 a coalition captured, and those of them whose lie settled. */
  readonly lies: number;
  readonly liesSettled: number;
}

const AUDITORS = 3;
const SILENT_AUDIT_RATE = 0.25;

interface Seated {
  readonly operator: Operator;
  /** What it showed in each round so far. */
  readonly shown: Shown[];
  /** It signed a certificate for this value. */
  readonly signed: Set<number>;
}

const lastOf = ({ shown }: Seated): Shown => shown.at(-1);

const drawOf = (market: Market, count: number, taken: ReadonlySet<Operator>): Operator[] => {
  const pool = market.operators.filter((operator) => !taken.has(operator) && isDrawable(market, operator));
  return Array.from({ length: Math.min(count, pool.length) }, () => {
    const [drawn] = pool.splice(market.random.below(pool.length), 1);
    return drawn as Operator;
  });
};

/** The value that has 70 % of the union, if one has. */
const certifiedOf = (union: readonly Seated[]): number | undefined => {
  const seats = union.map(({ operator }) => operator.seat);
  const values = new Set(union.map(lastOf).filter((shown) => typeof shown === 'number'));
  return [...values].find((value) =>
    hasQuorum(
      seats,
      union.flatMap((seated, seat) => (lastOf(seated) === value ? [seat] : [])),
    ),
  );
};

/** Whether anybody opens the next round against this certificate. */
const isContested = ({ rules }: Market, union: readonly Seated[], value: number): boolean =>
  union.some((seated) => {
    const shown = lastOf(seated);
    const { type } = seated.operator.profile.strategy;
    if (shown === undefined) return false;
    if (shown === 'withheld') return rules.isWithholdingDisputed;
    if (shown === value) return type === 'dissent';
    // An honest seat whose own execution differs dissents; a guesser or a liar does not, but the others see its reveal.
    return shown === RIGHT || rules.isMinorityDisputed;
  });

const seat = (market: Market, operator: Operator, isLying: boolean): Seated => {
  const { shown, cost } = performDuty(operator, market.random, market.rules);
  operator.duties += 1;
  operator.profit -= cost;
  const { type } = operator.profile.strategy;
  return { operator, shown: [isLying && type === 'collude' ? LIE : shown], signed: new Set() };
};

/** One of the coalition's seats executes for all of them. */
const shareExecution = (fresh: readonly Seated[]): void => {
  const members = fresh.filter(({ operator }) => operator.profile.strategy.type === 'collude');
  for (const { operator } of members) operator.profit -= EXECUTION_COST / members.length;
};

const sign = (union: readonly Seated[], value: number): void => {
  for (const seated of union) if (lastOf(seated) === value) seated.signed.add(value);
};

/** Earlier seats show again, fresh ones for the first time. */
const widen = (market: Market, union: Seated[], size: number, isLying: boolean): void => {
  for (const { operator, shown } of union) shown.push(showAgain(operator, shown.at(-1)));
  const taken = new Set(union.map(({ operator }) => operator));
  const fresh = drawOf(market, size - union.length, taken).map((operator) => seat(market, operator, isLying));
  shareExecution(fresh);
  union.push(...fresh);
};

/** Rounds 1 and 2: the value that stands in the end, and what of the union it stands on. */
const dispute = (market: Market, union: Seated[], isLying: boolean): number | undefined => {
  market.disputes += 1;
  let standing: number | undefined;
  const later = roundSizes(market.rules.redundancy).slice(1);
  for (const [i, size] of later.entries()) {
    widen(market, union, size, isLying);
    const value = certifiedOf(union);
    if (value !== undefined) sign(union, value);
    standing = value;
    if (value !== undefined && (i === later.length - 1 || !isContestedAgain(union, value))) break;
  }
  return standing;
};

/** In a later round only who disagrees dissents: nobody waits for what its verdict will name anyway. */
const isContestedAgain = (union: readonly Seated[], value: number): boolean =>
  union.some((seated) => {
    const shown = lastOf(seated);
    const { type } = seated.operator.profile.strategy;
    if (typeof shown !== 'number') return false;
    if (shown === value) return type === 'dissent';
    return shown === RIGHT || type === 'collude' || type === 'grief';
  });

/** What a verdict says of the seat: the worst of all rounds, but the last one of whoever signed an overturned certificate. */
const judgementOf = ({ rules }: Market, seated: Seated, value: number): SeatJudgement => {
  const isOverturnedSigner = rules.areEarlierRoundsJudged && [...seated.signed].some((signed) => signed !== value);
  const seen = rules.areEarlierRoundsJudged && !isOverturnedSigner ? seated.shown : seated.shown.slice(-1);
  const hasDissented = seated.operator.profile.strategy.type === 'dissent' && seen.includes(value);
  const isWrong = seen.some((shown) => typeof shown === 'number' && shown !== value);
  if (isWrong || (rules.isFalseDissentJudged && hasDissented)) return { finding: 'gross', isOverturnedSigner };
  if (seen.includes('withheld')) return { finding: 'withheld', isOverturnedSigner };
  return { finding: lastOf(seated) === undefined ? 'silent' : 'agreeing', isOverturnedSigner };
};

const judgedOf = (market: Market, seated: Seated, value: number): JudgedSeat => ({
  ...seated.operator.seat,
  ...judgementOf(market, seated, value),
  runtimeClass: seated.operator.runtimeClass,
  isBeyondBudget: !market.rules.hasErrorBudget || isBeyondErrorBudget(logDuty(seated.operator.log, true)),
});

interface Sentence {
  readonly isSlashable: boolean;
  readonly isOverturnedSigner: boolean;
  readonly kind: 'wrong' | 'withheld';
  readonly badDuties: number;
}

const judge = (market: Market, union: readonly Seated[], value: number): ReadonlyMap<number, Sentence> => {
  const { standing, isLoneDissentExcused, isYoungFaultHeavy } = market.rules;
  const seats = union.map((seated) => judgedOf(market, seated, value));
  const isLone = seats.filter(({ finding }) => finding === 'gross').length === 1;
  const verdict = judgeDispute({ seats, standing });
  if (verdict.type === 'undecided') return new Map();
  return new Map(
    verdict.faults
      .filter(({ seat: number }) => {
        const judged = seats[number];
        const hasOwnClass = !seats.some((s) => s.finding === 'agreeing' && s.runtimeClass === judged?.runtimeClass);
        return !(isLoneDissentExcused && isLone && hasOwnClass && judged?.finding === 'gross');
      })
      .map(({ seat: number, kind, isSlashable, badDuties }) => {
        const isOverturnedSigner = seats[number]?.isOverturnedSigner === true;
        return [number, { kind, isSlashable, isOverturnedSigner, badDuties: isYoungFaultHeavy ? badDuties : 1 }];
      }),
  );
};

const settle = (market: Market, union: readonly Seated[], value: number, isDisputed: boolean): void => {
  const faults = isDisputed ? judge(market, union, value) : new Map<number, Sentence>();
  const locked = union.filter((seated) => lastOf(seated) !== undefined).length;
  const paid = union.filter((seated) => lastOf(seated) === value).length;
  const fee = feeOf(Math.min(locked, market.rules.redundancy), paid);
  for (const [number, { operator }] of union.entries()) {
    const fault = faults.get(number);
    const isPaid = lastOf(union[number] as Seated) === value;
    settleDuty(market, operator, fault?.kind ?? (isPaid ? 'good' : 'miss'), fault?.badDuties ?? 1);
    if (isPaid) operator.profit += fee;
    if (fault === undefined) continue;
    market.findings.push({ operatorIndex: operator.index, lots: 1, atSec: market.nowSec });
    if (fault.isSlashable) slash(market, operator, fault.isOverturnedSigner);
  }
};

/** Three fresh auditors beside round 0: whether the certificate stands. */
const passesAudit = (market: Market, union: readonly Seated[], value: number, isLying: boolean): boolean => {
  const taken = new Set(union.map(({ operator }) => operator));
  const fresh = drawOf(market, AUDITORS, taken).map((operator) => seat(market, operator, isLying));
  shareExecution(fresh);
  const again = union.map((seated) => ({ ...seated, shown: [showAgain(seated.operator, lastOf(seated))] }));
  const all = [...again, ...fresh];
  const isDissented = fresh.some((seated) => lastOf(seated) === RIGHT && value !== RIGHT);
  return certifiedOf(all) === value && !isDissented;
};

const seatFirst = (market: Market): Seated[] => {
  const drawn = drawOf(market, 2 * market.rules.redundancy, new Set());
  const first = drawn.slice(0, market.rules.redundancy).map((operator, i) => {
    const { strategy } = operator.profile;
    const substitute = drawn[market.rules.redundancy + i];
    if (strategy.type !== 'decline' || substitute === undefined || !market.random.chance(strategy.share)) {
      return operator;
    }
    operator.duties += 1;
    settleDecline(market, operator);
    return substitute;
  });
  const members = first.filter(({ profile }) => profile.strategy.type === 'collude').length;
  const strategy = first.map(({ profile }) => profile.strategy).find(({ type }) => type === 'collude');
  const isLying = strategy?.type === 'collude' && members / first.length >= strategy.liesFrom;
  const union = first.map((operator) => seat(market, operator, isLying));
  shareExecution(union);
  if (isLying) market.lies += 1;
  return union;
};

const runTask = (market: Market): void => {
  const { rules, random } = market;
  const union = seatFirst(market);
  const isLying = union.some((seated) => lastOf(seated) === LIE);
  let value = certifiedOf(union);
  if (value !== undefined) sign(union, value);
  let isDisputed = value === undefined || isContested(market, union, value);
  if (value !== undefined && !isDisputed) {
    const hasSilent = union.some((seated) => lastOf(seated) === undefined);
    const rate = hasSilent && rules.auditRate > 0 ? Math.max(SILENT_AUDIT_RATE, rules.auditRate) : rules.auditRate;
    isDisputed = random.chance(rate) && !passesAudit(market, union, value, isLying);
  }
  if (isDisputed) value = dispute(market, union, isLying);
  if (value === undefined) {
    market.undecided += 1;
    return;
  }
  if (value === LIE) market.liesSettled += 1;
  settle(market, union, value, isDisputed);
};

const createMarket = (operators: readonly Operator[], rules: Rules, seed: number): Market => ({
  operators,
  rules,
  random: createRandom(seed),
  findings: [],
  nowSec: 0,
  disputes: 0,
  undecided: 0,
  slashes: 0,
  lies: 0,
  liesSettled: 0,
});

/** Runs so many tasks over these operators, which it changes. The folds, quorums, verdicts and charges are the protocol's. */
export const runMarket = (
  operators: readonly Operator[],
  { rules, tasks, seed }: { readonly rules: Rules; readonly tasks: number; readonly seed: number },
): MarketRun => {
  const market = createMarket(operators, rules, seed);
  for (let task = 0; task < tasks; task += 1) {
    market.nowSec = task * TASK_SEC;
    for (const operator of operators) if (!isDrawable(market, operator)) operator.barred += 1;
    while ((market.findings[0]?.atSec ?? Number.POSITIVE_INFINITY) <= market.nowSec - DAY_SEC) market.findings.shift();
    runTask(market);
  }
  return market;
};

/** One task whose round 0 a coalition owns whole, and which an audit picked. Changes the operators. */
export const runAuditedCapture = (
  operators: readonly Operator[],
  { rules, seed }: { readonly rules: Rules; readonly seed: number },
): MarketRun => {
  const market = createMarket(operators, rules, seed);
  const members = operators.filter(({ profile }) => profile.strategy.type === 'collude').slice(0, rules.redundancy);
  const union: Seated[] = members.map((operator) => ({ operator, shown: [LIE], signed: new Set([LIE]) }));
  market.lies = 1;
  const isCaught = !passesAudit(market, union, LIE, true);
  const value = isCaught ? dispute(market, union, true) : LIE;
  if (value === undefined) market.undecided = 1;
  else if (value === LIE) market.liesSettled = 1;
  if (value !== undefined) settle(market, union, value, isCaught);
  return market;
};
