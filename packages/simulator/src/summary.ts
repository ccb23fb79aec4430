import type { ConductReport, SeedReport } from './report.ts';

/** One line of the table: all operators of one conduct over all runs. */
export interface StrategyRow extends Omit<ConductReport, 'strategy'> {
  readonly strategy: string;
  readonly runs: number;
  /** Units of 1e9 wei a seat, rounded. */
  readonly earnedPerSeat: number;
  /** Violations in runs in which somebody played it. */
  readonly violations: number;
}

export interface Summary {
  readonly schema: 'mlb.sim/1';
  readonly seeds: number;
  readonly operators: number;
  readonly violations: number;
  readonly conflicts: number;
  readonly honestSlashes: number;
  readonly unfinished: number;
  readonly virtualOverReal: number;
  readonly seedsPerMinute: number;
  readonly messages: number;
  readonly strategies: readonly StrategyRow[];
  readonly liveness: Readonly<Record<'orders' | 'seated' | 'certifiedFirst' | 'settled' | 'settledLater', number>>;
  readonly safety: Readonly<Record<'captured' | 'wrong' | 'disputed' | 'audited' | 'judged' | 'declined', number>>;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const sum = <T>(list: readonly T[], pick: (item: T) => number): number =>
  list.reduce((total, item) => total + pick(item), 0);

const rowOf = (strategy: string, reports: readonly SeedReport[]): StrategyRow => {
  const played = reports.filter(({ conducts }) => conducts.some((conduct) => conduct.strategy === strategy));
  const conducts = played.flatMap((report) => report.conducts.filter((conduct) => conduct.strategy === strategy));
  const seats = sum(conducts, (conduct) => conduct.seats);
  const earnedUnits = sum(conducts, (conduct) => conduct.earnedUnits);
  return {
    ...{ strategy, runs: played.length, seats, earnedUnits },
    operators: sum(conducts, (conduct) => conduct.operators),
    paidSeats: sum(conducts, (conduct) => conduct.paidSeats),
    slashed: sum(conducts, (conduct) => conduct.slashed),
    faulted: sum(conducts, (conduct) => conduct.faulted),
    earnedPerSeat: seats === 0 ? 0 : Math.round(earnedUnits / seats),
    violations: sum(played, ({ violations }) => violations.length),
  };
};

/** All runs of a campaign as one object. `realMs` is what they took together, by the clock on the wall. */
export const summarise = (
  reports: readonly SeedReport[],
  {
    operators,
    realMs,
    strategies,
  }: { readonly operators: number; readonly realMs: number; readonly strategies: readonly string[] },
): Summary => {
  const total = (pick: (report: SeedReport) => number): number => sum(reports, pick);
  const minutes = Math.max(realMs, 1) / 60_000;
  return {
    ...{ schema: 'mlb.sim/1', seeds: reports.length, operators },
    violations: total(({ violations }) => violations.length),
    conflicts: total(({ conflicts }) => conflicts),
    honestSlashes: total(({ honestSlashes }) => honestSlashes),
    unfinished: total(({ unfinished }) => unfinished),
    virtualOverReal: Math.round(total(({ virtualMs }) => virtualMs) / Math.max(realMs, 1)),
    seedsPerMinute: Math.round(reports.length / minutes),
    messages: total(({ messages }) => messages),
    strategies: ['honest', ...strategies].map((strategy) => rowOf(strategy, reports)).filter(({ runs }) => runs > 0),
    liveness: {
      orders: total(({ orders }) => orders),
      seated: total(({ seated }) => seated),
      certifiedFirst: total(({ certifiedFirst }) => certifiedFirst),
      settled: total(({ settled }) => settled),
      settledLater: total(({ settledLater }) => settledLater),
    },
    safety: {
      captured: total(({ captured }) => captured),
      wrong: total(({ wrong }) => wrong),
      disputed: total(({ disputed }) => disputed),
      audited: total(({ audited }) => audited),
      judged: total(({ judged }) => judged),
      declined: total(({ declined }) => declined),
    },
    failures: reports.flatMap(({ seed, violations }) => (violations.length === 0 ? [] : [{ seed, violations }])),
  };
};
