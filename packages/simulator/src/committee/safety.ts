import { createRandom } from '../random.ts';
import { atLeast, binomial } from './binomial.ts';
import { runScript, type ScriptedEnd, type SeatKind, unionSizes } from './scripted.ts';

/** P(wrong settles) at one adversary share and redundancy, as the real task machine gives it. */
export interface SafetyFigure {
  readonly redundancy: number;
  readonly adversaryShare: number;
  /** Nobody may object: a wrong certificate of round 0 settles. */
  readonly singleRound: number;
  /** Objections open later rounds. */
  readonly withDisputes: number;
  /** At most so much more, from later committees that are captured too: too rare to meet in the runs below. */
  readonly unseenAtMost: number;
  /** Runs of the machine behind it. */
  readonly runs: number;
}

/** Of the honest seats, as in T7. */
const OFFLINE_SHARE = 0.01;
/** Runs of a make-up to the end: where honest seats can object, unions of up to 44 seats answer. */
const WHOLE_RUNS = 2;
/** Runs of round 0 alone: which seats are in the lock is the network's luck. */
const FIRST_RUNS = 20;
const FIRST_ROUND_MS = 45_000;

const quorumOf = (size: number): number => Math.max(3, Math.ceil(0.7 * size));
const repeat = (count: number, kind: SeatKind): readonly SeatKind[] => Array.from({ length: count }, () => kind);

/** A make-up of round 0: so many collude, so many of the others are offline. */
interface Stratum {
  readonly colluding: number;
  readonly offline: number;
}

/** Only these can certify a lie: it takes 70 % of the weight, and no honest seat signs what it disagrees with (I2). */
const strataOf = (redundancy: number): readonly Stratum[] =>
  Array.from({ length: redundancy - quorumOf(redundancy) + 1 }, (_, i) => quorumOf(redundancy) + i).flatMap(
    (colluding) => Array.from({ length: redundancy - colluding + 1 }, (_, offline) => ({ colluding, offline })),
  );

const probabilityOf = ({ colluding, offline }: Stratum, redundancy: number, share: number): number =>
  binomial(redundancy, colluding, share) * binomial(redundancy - colluding, offline, OFFLINE_SHARE);

/** Fresh seats of a later round, drawn one by one. */
const freshSeats = (count: number, share: number, seed: number): readonly SeatKind[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    if (random.chance(share)) return 'colluding';
    return random.chance(OFFLINE_SHARE) ? 'offline' : 'honest';
  });
};

const firstSeats = ({ colluding, offline }: Stratum, redundancy: number): readonly SeatKind[] => [
  ...repeat(colluding, 'colluding'),
  ...repeat(offline, 'offline'),
  ...repeat(redundancy - colluding - offline, 'honest'),
];

/** How often a make-up certifies a lie in round 0, and how often that settles for all objections. */
interface StratumEnd {
  readonly stratum: Stratum;
  readonly firstWrong: number;
  readonly wrong: number;
  readonly runs: number;
}

const shareOf = (ends: readonly ScriptedEnd[], isCounted: (end: ScriptedEnd) => boolean): number =>
  ends.filter(isCounted).length / ends.length;

const runStratum = (stratum: Stratum, redundancy: number, share: number): StratumEnd => {
  const first = firstSeats(stratum, redundancy);
  const seedOf = (i: number): number => 10_000 * redundancy + 1000 * stratum.colluding + 100 * stratum.offline + i;
  const firsts = Array.from({ length: FIRST_RUNS }, (_, i) =>
    runScript({ rounds: [first], seed: seedOf(i), untilMs: FIRST_ROUND_MS }),
  );
  const sizes = unionSizes(redundancy);
  const wholes = Array.from({ length: WHOLE_RUNS }, (_, i) => {
    const later = sizes.slice(1).map((size, round) => freshSeats(size - (sizes[round] ?? 0), share, seedOf(i) + round));
    return runScript({ rounds: [first, ...later], seed: seedOf(i) });
  });
  return {
    stratum,
    firstWrong: shareOf(firsts, ({ isFirstWrong }) => isFirstWrong),
    wrong: shareOf(wholes, ({ end }) => end === 'wrong'),
    runs: firsts.length + wholes.length,
  };
};

/** Another wrong certificate needs 70 % of the next union; whatever came before, fresh seats must bring the rest. */
const laterCaptureAtMost = (redundancy: number, share: number): number => {
  const [first = 0, second = 0] = unionSizes(redundancy);
  let sum = 0;
  for (let colluding = 0; colluding <= redundancy; colluding += 1) {
    const missing = quorumOf(second) - colluding;
    sum += binomial(redundancy, colluding, share) * atLeast(second - first, missing, share);
  }
  // It settles when all honest seats of that union are offline, or the last union is captured too: both below one in a hundred.
  return sum * OFFLINE_SHARE;
};

/**
 * Conditions on the make-up of round 0, whose probabilities are exact, and lets the machine say how each ends: probabilities
 * of one in ten million need no ten million runs.
 */
export const safetyFigures = (redundancy: number, adversaryShares: readonly number[]): readonly SafetyFigure[] => {
  const worst = Math.max(...adversaryShares);
  const ends = strataOf(redundancy).map((stratum) => runStratum(stratum, redundancy, worst));
  return adversaryShares.map((adversaryShare) => {
    const weigh = (pick: (end: StratumEnd) => number): number =>
      ends.reduce((sum, end) => sum + probabilityOf(end.stratum, redundancy, adversaryShare) * pick(end), 0);
    return {
      ...{ redundancy, adversaryShare },
      singleRound: weigh(({ firstWrong }) => firstWrong),
      withDisputes: weigh(({ wrong }) => wrong),
      unseenAtMost: laterCaptureAtMost(redundancy, adversaryShare),
      runs: ends.reduce((sum, { runs }) => sum + runs, 0),
    };
  });
};
