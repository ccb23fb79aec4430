import { createRandom, type Random } from '../random.ts';
import { OPERATOR_STRATEGIES, type StrategyName } from '../strategy/catalogue.ts';
import { REQUESTERS } from '../universe.ts';
import type { Fault } from './fault.ts';
import type { CastMember, OrderPlan, Plan } from './plan.ts';

export interface PlanOptions {
  readonly operatorCount: number;
  readonly orderCount: number;
  /** Share of the operators that are dishonest, 0 to 1; at least one when it is not 0. */
  readonly adversaryShare: number;
  /** Strategies to draw from. */
  readonly strategies: readonly StrategyName[];
  /** Faults of network, processes and chain to inject, at most. */
  readonly maxFaults: number;
}

export const DEFAULT_PLAN_OPTIONS: PlanOptions = {
  operatorCount: 10,
  orderCount: 2,
  adversaryShare: 0.2,
  strategies: OPERATOR_STRATEGIES,
  maxFaults: 5,
};

/** Orders come in the first minute; everything after is rounds, windows, batches and the deadline. */
const ORDERS_UNTIL_MS = 60_000;
/** Orders live ten minutes; afterwards nothing of them may be under way. */
export const ORDER_LIFE_MS: number = 600_000;
const RUN_MS = ORDERS_UNTIL_MS + ORDER_LIFE_MS + 30_000;

const windowOf = (random: Random): { readonly fromMs: number; readonly untilMs: number } => {
  const fromMs = random.below(2 * ORDERS_UNTIL_MS);
  return { fromMs, untilMs: fromMs + 1000 + random.below(30_000) };
};

const groupOf = (random: Random, operatorCount: number): readonly number[] =>
  Array.from({ length: operatorCount }, (_, i) => i).filter(() => random.chance(0.4));

const FAULTS: readonly ((random: Random, operatorCount: number) => Fault)[] = [
  (random) => ({ type: 'loss', ...windowOf(random), rate: random.pick([0.05, 0.3, 0.9]) }),
  (random) => ({ type: 'duplication', ...windowOf(random), rate: random.pick([0.1, 0.5]) }),
  (random) => ({ type: 'reordering', ...windowOf(random), spreadMs: random.pick([200, 1500, 5000]) }),
  (random, n) => ({ type: 'slow-peer', ...windowOf(random), node: random.below(n), extraMs: random.pick([300, 3000]) }),
  (random, n) => ({ type: 'partition', ...windowOf(random), group: groupOf(random, n) }),
  (random, n) => ({ type: 'one-way-cut', ...windowOf(random), from: random.below(n), to: random.below(n) }),
  (random, n) => ({
    ...{ type: 'crash', node: random.below(n), afterEffects: random.below(40) },
    ...{ downMs: random.pick([200, 3000, 20_000]), store: random.pick(['kept', 'torn']) },
  }),
  (random, n) => ({ type: 'skew', node: random.below(n), skewMs: random.pick([-500, -200, 200, 500]) }),
  (random) => ({ type: 'reorg', atMs: random.below(3 * ORDERS_UNTIL_MS), depth: 1 + random.below(6) }),
];

const castOf = (random: Random, options: PlanOptions): readonly CastMember[] => {
  const { operatorCount, adversaryShare, strategies } = options;
  if (adversaryShare === 0 || strategies.length === 0) return [];
  const free = Array.from({ length: operatorCount }, (_, i) => i);
  const count = Math.min(operatorCount, Math.max(1, Math.round(adversaryShare * operatorCount)));
  // Half of all runs have one strategy only: what it does by itself. Colluders are nothing alone.
  const only = random.chance(0.5) ? random.pick(strategies) : undefined;
  return Array.from({ length: count }, () => {
    const [operator] = free.splice(random.below(free.length), 1) as [number];
    return { operator, strategy: only ?? random.pick(strategies) };
  });
};

const ordersOf = (random: Random, { orderCount, operatorCount }: PlanOptions): readonly OrderPlan[] =>
  Array.from({ length: orderCount }, (_, id) => ({
    ...{ id, atMs: 4000 + random.below(ORDERS_UNTIL_MS - 4000), requester: random.below(REQUESTERS) },
    ...{ entry: random.below(operatorCount), redundancy: random.pick([3, 4, 4, 5]) },
    valueAtRiskMlb: random.pick([0, 0, 10_000]),
  }));

/** The run that a number stands for. */
export const drawPlan = (seed: number, options: PlanOptions): Plan => {
  const random = createRandom(seed);
  const { operatorCount, maxFaults } = options;
  return {
    ...{ seed, operatorCount, suppressed: [], untilMs: RUN_MS },
    lots: Array.from({ length: operatorCount }, () => (random.chance(0.2) ? 2 + random.below(3) : 1)),
    mode: random.chance(0.5) ? 'exact' : 'tolerance',
    orders: ordersOf(random, options),
    cast: castOf(random, options),
    overspenders: options.adversaryShare > 0 && random.chance(0.15) ? [random.below(REQUESTERS)] : [],
    isModelMalicious: options.adversaryShare > 0 && random.chance(0.06),
    stragglerShare: 0.1,
    faults: Array.from({ length: maxFaults === 0 ? 0 : random.below(maxFaults + 1) }, () =>
      random.pick(FAULTS)(random, operatorCount),
    ),
  };
};
