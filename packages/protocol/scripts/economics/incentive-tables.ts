import {
  chargeOf,
  didSplit,
  emissionOf,
  NEW_MODEL_RECORD,
  RATE_ONE_PPM,
  recordModelTask,
  UNIT_WEI,
  valueAuditRatePpm,
  wrongResultBps,
} from '../../src/index.ts';
import { createRandom, type Random } from '../../test/sim/random.ts';
import { createOperator } from './network.ts';
import { enumerateChain, sizesOf } from './safety.ts';
import { BASE_FEE, EXECUTION_COST, inSeatFees, SEAT_UNITS, TASK } from './seat-fee.ts';
import type { Table } from './table.ts';

const MLB = 10n ** 18n;
const LOT = 50_000;

/** T26: what lying may at most be worth to the owner of all seats, for the least a signer of it loses. */
export const deterrence = (): Table => {
  const clean = { recentSlashCount: 0, foundWrongBps: 0, isOverturnedSigner: true };
  const sigma = wrongResultBps(clean) / 10_000;
  const largest = (rate: number, seats: number, share: number): number =>
    Math.round((rate / (1 - rate)) * seats * share * LOT);
  return {
    id: 'T26',
    title: `largest gain (MLB) that does not pay a coalition of all seats; the research page has sigma = .5, E5 takes ${sigma} at least`,
    columns: ['audited', 'n0', 'sigma .5', 'research', 'the real sigma'],
    rows: (
      [
        [0.01, 3, 758],
        [0.05, 3, 3947],
        [0.05, 5, 6579],
        [0.1, 5, 13_889],
        [0.05, 4, ''],
      ] as const
    ).map(([rate, seats, expected]) => [rate, seats, largest(rate, seats, 0.5), expected, largest(rate, seats, sigma)]),
  };
};

/** What C2 measures for a coalition of a fifth that insists: the least it loses when its lie is audited. */
const MEASURED_LOSS_MLB = 43_989;

/** T27 with T28: the rate for a declared value, and what the lie is then worth. */
export const valueAtRisk = (): Table => ({
  id: 'T27/T28',
  title:
    'audit rate for a declared value, and what a fifth of all lots that owns all 4 seats gains by lying about it (MLB)',
  columns: ['value', 'rate by the code', 'profit', 'rate with sigma .3', 'profit then'],
  rows: [100, 1000, 10_000, 100_000].map((value) => {
    const seats = 4;
    const ppm = valueAuditRatePpm({ redundancy: seats, valueAtRisk: BigInt(value) * MLB });
    const loss = MEASURED_LOSS_MLB;
    const profit = (rate: number): number => Math.round((1 - rate) * value - rate * loss);
    const rate = Number(ppm) / Number(RATE_ONE_PPM);
    const weaker = value / (value + seats * 0.3 * LOT);
    const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
    return [value, percent(rate), profit(rate), percent(weaker), profit(weaker)];
  }),
});

interface Wash {
  readonly share: number;
  /** In seat fees a task. */
  readonly modelFee: number;
  readonly isModelFeeCounted: boolean;
}

/**
 * One own task of four seats on one's own model, on the executors' own share of them without executing: what comes back
 * less what is paid, in seat fees. Emission is bound by twice the fees, of which all are one's own.
 */
const washProfit = ({ share, modelFee, isModelFeeCounted }: Wash): number => {
  const seats = 4;
  const modelPriceWei = BigInt(Math.round(modelFee * SEAT_UNITS)) * UNIT_WEI;
  const charge = chargeOf({ order: TASK, baseFee: BASE_FEE, modelPriceWei, lockedCount: seats, paidCount: seats });
  const counted = isModelFeeCounted ? charge.chargeUnits : BigInt(seats * SEAT_UNITS);
  const weights = [
    { account: 1, weight: BigInt(Math.round(share * 10_000)) },
    { account: 2, weight: BigInt(Math.round((1 - share) * 10_000)) },
  ];
  const { credits } = emissionOf({
    scheduledWei: 10n ** 30n,
    feesWei: counted * UNIT_WEI,
    executors: weights,
    attesters: weights,
    modelProviders: [{ account: 1, weight: 1n }],
    earlyOperators: weights,
  });
  const emitted = inSeatFees(credits.find(({ account }) => account === 1)?.wei ?? 0n);
  const own = share * seats * (Number(charge.paidSeatUnits) / SEAT_UNITS);
  return emitted + own + modelFee - Number(charge.chargeUnits) / SEAT_UNITS;
};

/** T33 and D14: does trading with oneself pay under the cap? */
export const washEmission = (): Table => ({
  id: 'T33',
  title:
    'profit of one own task on one own model under the cap of twice the fees (seat fees R), results shared by own seats',
  columns: [
    'own share f',
    'own work executed',
    'not executed',
    'model fee 10 R, counted in the cap',
    'model fee 1000 R, counted',
  ],
  rows: [0.05, 0.1, 0.2, 0.3, 0.35, 0.5].map((share) => {
    const base = washProfit({ share, modelFee: 0, isModelFeeCounted: false });
    const counted = (modelFee: number): number => washProfit({ share, modelFee, isModelFeeCounted: true });
    return [share, base - share * 4 * EXECUTION_COST, base, counted(10), counted(1000)].map((value, i) =>
      i === 0 ? value : value.toFixed(2),
    );
  }),
});

interface SplitNetwork {
  readonly redundancy: number;
  readonly silent: number;
  readonly wrong: number;
}

const SEATS = Array.from({ length: 5 }, (_, i) => createOperator(i, { name: '', strategy: { type: 'work' } }).seat);

/** Whether a round 0 of such seats splits, by the rule of the quarantine. Every wrong seat has a value of its own. */
const drawSplit = ({ redundancy, silent, wrong }: SplitNetwork, random: Random): boolean =>
  didSplit(
    SEATS.slice(0, redundancy).map((seat) => {
      const finding = random.chance(silent) ? 'silent' : random.chance(wrong) ? 'gross' : 'agreeing';
      return { ...seat, finding, isOverturnedSigner: false };
    }),
  );

/** R3: how often a network puts an honest model in quarantine, and how often it did when silence counted. */
export const falseQuarantine = (models: number): Table => {
  const tasks = 1000;
  const shareOf = (hasFailed: (random: Random) => boolean): string => {
    const random = createRandom(7);
    let quarantined = 0;
    for (let model = 0; model < models; model += 1) {
      let record = NEW_MODEL_RECORD;
      for (let task = 0; task < tasks && !record.isQuarantined; task += 1) {
        record = recordModelTask(record, hasFailed(random));
      }
      if (record.isQuarantined) quarantined += 1;
    }
    return `${((quarantined / models) * 100).toFixed(1)} %`;
  };
  return {
    id: 'R3',
    title: `honest models in quarantine after ${tasks} tasks, by splits of round 0, and if every missing certificate counted`,
    columns: ['n0', 'silent seats', 'wrong seats', 'quarantined', 'if silence counted'],
    rows: [3, 4, 5].flatMap((redundancy) =>
      (
        [
          [0.01, 0.0001],
          [0.05, 0.0001],
          [0.1, 0.0001],
          [0.05, 0.005],
          [0.01, 0.1],
          [0.01, 0.2],
        ] as const
      ).map(([silent, wrong]) => {
        const offline = silent + wrong - silent * wrong;
        const input = { colluding: 0, offline, collusion: 'lie', auditRate: 0, sizes: sizesOf(redundancy) } as const;
        const failure = 1 - enumerateChain(input).firstQuorum;
        const bySplit = shareOf((random) => drawSplit({ redundancy, silent, wrong }, random));
        return [redundancy, silent, wrong, bySplit, shareOf((random) => random.chance(failure))];
      }),
    ),
  };
};
