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
/** Runs of a make-up whose honest seats can object; one where nobody can ends in round 0, the same every time. */
const RUNS_WITH_DISPUTE = 2;

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

const runStratum = ({ colluding, offline }: Stratum, redundancy: number, share: number): readonly ScriptedEnd[] => {
  const honest = redundancy - colluding - offline;
  const first = [...repeat(colluding, 'colluding'), ...repeat(offline, 'offline'), ...repeat(honest, 'honest')];
  const sizes = unionSizes(redundancy);
  return Array.from({ length: honest === 0 ? 1 : RUNS_WITH_DISPUTE }, (_, i) => {
    const seed = 1000 * redundancy + 100 * colluding + 10 * offline + i;
    const later = sizes.slice(1).map((size, round) => freshSeats(size - (sizes[round] ?? 0), share, seed + round));
    return runScript({ rounds: [first, ...later], seed });
  });
};

/** Another wrong certificate needs 70 % of the next union; whatever came before, fresh seats must bring the rest. */
const laterCaptureAtMost = (redundancy: number, share: number): number => {
  const [first = 0, second = 0] = unionSizes(redundancy);
  let sum = 0;
  for (let colluding = 0; colluding <= redundancy; colluding += 1) {
    const missing = quorumOf(second) - colluding;
    sum += binomial(redundancy, colluding, share) * atLeast(second - first, missing, share);
  }
  // Only where all honest seats of that union are offline, or the last one is captured as well: one in a hundred is generous.
  return sum / 100;
};

const mean = (ends: readonly ScriptedEnd[], isCounted: (end: ScriptedEnd) => boolean): number =>
  ends.filter(isCounted).length / ends.length;

/**
 * Conditions on the make-up of round 0, whose probabilities are exact, and lets the machine say how each ends: probabilities
 * of one in ten million need no ten million runs.
 */
export const safetyFigures = (redundancy: number, adversaryShares: readonly number[]): readonly SafetyFigure[] => {
  const worst = Math.max(...adversaryShares);
  const ends = strataOf(redundancy).map((stratum) => ({ stratum, ends: runStratum(stratum, redundancy, worst) }));
  return adversaryShares.map((adversaryShare) => {
    const weigh = (isCounted: (end: ScriptedEnd) => boolean): number =>
      ends.reduce(
        (sum, each) => sum + probabilityOf(each.stratum, redundancy, adversaryShare) * mean(each.ends, isCounted),
        0,
      );
    return {
      ...{ redundancy, adversaryShare },
      singleRound: weigh(({ isFirstWrong }) => isFirstWrong),
      withDisputes: weigh(({ end }) => end === 'wrong'),
      unseenAtMost: laterCaptureAtMost(redundancy, adversaryShare),
      runs: ends.reduce((sum, each) => sum + each.ends.length, 0),
    };
  });
};
