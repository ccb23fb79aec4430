import { BASE_FEE_EPOCH_SEC, inflationBps, MIN_BASE_FEE, nextBaseFee } from '../../src/index.ts';
import { createRandom } from '../../test/sim/random.ts';
import type { Table } from './table.ts';

/** A million compute units of capacity and a base fee of 1e12 wei stand for 1: rounding is invisible. */
const CAPACITY = 1_000_000n;
const START_FEE = 10n ** 12n;
const ELASTICITY = 1.2;

/** Standard normal numbers of a seed (Box and Muller). */
const createGauss = (seed: number): (() => number) => {
  const random = createRandom(seed);
  const uniform = (): number => (random.below(2 ** 30) + 1) / (2 ** 30 + 1);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
};

interface Market {
  readonly epochs: number;
  /** The controller sees the use of so many epochs ago. */
  readonly lag: number;
  readonly noise: number;
  readonly seed?: number;
  /** Demand as a multiple of half the capacity at the start fee. */
  readonly demand: (epoch: number) => number;
  readonly capacity: (used: readonly bigint[]) => bigint;
}

interface Run {
  /** Base fee relative to the start. */
  readonly prices: readonly number[];
  readonly used: readonly bigint[];
}

const run = ({ epochs, lag, noise, seed = 1, demand, capacity }: Market): Run => {
  const gauss = createGauss(seed);
  const used: bigint[] = [];
  const prices: number[] = [];
  let baseFee = START_FEE;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const price = Number(baseFee) / Number(START_FEE);
    const wanted = 500_000 * demand(epoch) * price ** -ELASTICITY * Math.exp(noise * gauss() - (noise * noise) / 2);
    const served = BigInt(Math.round(Math.min(wanted, Number(CAPACITY))));
    used.push(served);
    baseFee = nextBaseFee({
      baseFee,
      usedComputeUnits: used.at(-1 - lag) ?? 500_000n,
      capacityComputeUnits: capacity(used),
      floor: MIN_BASE_FEE,
    });
    prices.push(Number(baseFee) / Number(START_FEE));
  }
  return { prices, used };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Epochs after the step until every mean of 20 epochs stays within 15 % of the equilibrium. */
const settledAfter = (prices: readonly number[], from: number, to: number, equilibrium: number): number | undefined => {
  const isNear = (epoch: number): boolean => Math.abs(mean(prices.slice(epoch, epoch + 20)) / equilibrium - 1) < 0.15;
  for (let start = from; start < to - 40; start += 1) {
    let isSettled = true;
    for (let epoch = start; epoch < to - 20 && isSettled; epoch += 5) isSettled = isNear(epoch);
    if (isSettled) return start - from;
  }
  return undefined;
};

const SEEDS = 50;

interface Response {
  readonly settled: number;
  readonly overshoot: number;
  readonly variation: number;
}

/** Demand times 3 at epoch 300, known capacity. */
const respond = (lag: number, seed: number): Response => {
  const equilibrium = 3 ** (1 / ELASTICITY);
  const demand = (epoch: number): number => (epoch < 300 ? 1 : 3);
  const { prices } = run({ epochs: 700, lag, noise: 0.25, seed, demand, capacity: () => CAPACITY });
  const late = prices.slice(550, 700);
  return {
    settled: settledAfter(prices, 300, 700, equilibrium) ?? 400,
    overshoot: Math.max(...prices.slice(300, 700)) / equilibrium,
    variation: Math.sqrt(mean(late.map((price) => (price - mean(late)) ** 2))) / mean(late),
  };
};

/** T19. */
export const controller = (): Table => ({
  id: 'T19',
  title: `base fee after a threefold demand (equilibrium 2.50): epochs to settle / overshoot / late variation, mean of ${SEEDS} seeds`,
  columns: ['seen after', 'measured', 'research (one seed)'],
  rows: (
    [
      [1, '10/1.09/.052'],
      [6, '9/1.13/.064'],
    ] as const
  ).map(([lag, expected]) => {
    const responses = Array.from({ length: SEEDS }, (_, seed) => respond(lag, seed + 1));
    const of = (pick: (response: Response) => number): number => mean(responses.map(pick));
    const settled = of((response) => response.settled).toFixed(0);
    const overshoot = of((response) => response.overshoot).toFixed(2);
    return [`${lag} epochs`, `${settled}/${overshoot}/${of(({ variation }) => variation).toFixed(3)}`, expected];
  }),
});

/** Epochs of a day. */
const DAY = (24 * 3600) / BASE_FEE_EPOCH_SEC;

/** The measure that was given up: the most that was used in an epoch of the last day. */
const bestEpoch = (used: readonly bigint[]): bigint =>
  used.slice(-DAY).reduce((most, units) => (units > most ? units : most), 0n);

/** What becomes of a steady demand, by what the controller takes for the capacity. */
export const ratchet = (): Table => {
  const lots = (): bigint => CAPACITY;
  const markets = [
    ['compute lots, no noise', 0, lots, 1],
    ['compute lots, noise 0.25', 0.25, lots, 1],
    ['compute lots, noise 0.5', 0.5, lots, 1],
    ['compute lots reckoned at half', 0.25, () => CAPACITY / 2n, 1],
    ['compute lots reckoned at twice', 0.25, () => 2n * CAPACITY, 1],
    ['compute lots, a tenth of the demand', 0.25, lots, 0.1],
    ['best epoch of the day, no noise', 0, bestEpoch, 1],
    ['best epoch of the day, noise 0.25', 0.25, bestEpoch, 1],
  ] as const;
  return {
    id: 'R1',
    title: 'steady demand: base fee at the end of day 1 / 3 / 10, and compute units settled against the first hour',
    columns: ['capacity', 'day 1', 'day 3', 'day 10', 'use on day 10'],
    rows: markets.map(([name, noise, capacity, demand]) => {
      const { prices, used } = run({ epochs: 10 * DAY, lag: 1, noise, demand: () => demand, capacity });
      const at = (n: number): string => mean(prices.slice(n * DAY - 60, n * DAY)).toFixed(2);
      const useOf = (n: number): number => mean(used.slice(n * DAY - 60, n * DAY).map(Number));
      const firstHour = mean(used.slice(0, 60).map(Number));
      return [name, at(1), at(3), at(10), (useOf(10) / firstHour).toFixed(2)];
    }),
  };
};

/** T33b: the ceiling of supply by the decided formula, in millions of MLB. */
export const supply = (): Table => {
  const supplies = [1000];
  for (let year = 0; year < 20; year += 1) {
    const before = supplies[year] ?? 0;
    supplies.push(before + (before * Number(inflationBps(BigInt(year)))) / 10_000);
  }
  return {
    id: 'T33b',
    title:
      'ceiling of the supply (million MLB); the research page has it with 2.7 bps steps: 1030 / 1128.5 / 1189.6 / 1250.4',
    columns: ['year', 'measured'],
    rows: (
      [
        [1, '1030'],
        [5, '1128.5'],
        [10, '1189.6'],
        [20, '1250.4'],
      ] as const
    ).map(([year, expected]) => [year, (supplies[year] ?? 0).toFixed(1), expected]),
  };
};
