import { binomial } from './binomial.ts';
import { runScript, type SeatKind } from './scripted.ts';

/** P(quorum in round 0) of honest operators, some of them offline. */
export interface LivenessFigure {
  readonly redundancy: number;
  readonly offlineShare: number;
  readonly firstQuorum: number;
  readonly runs: number;
}

/** Runs of each make-up: the network is lucky or not. */
const RUNS = 60;
/** Round 0 is over by then. */
const FIRST_ROUND_MS = 45_000;

const firstQuorumShare = (redundancy: number, offline: number): number => {
  const seats = Array.from({ length: redundancy }, (_, seat): SeatKind => (seat < offline ? 'offline' : 'honest'));
  const ends = Array.from({ length: RUNS }, (_, seed) =>
    runScript({ rounds: [seats], seed: seed + 1, untilMs: FIRST_ROUND_MS }),
  );
  return ends.filter(({ hasFirstQuorum }) => hasFirstQuorum).length / RUNS;
};

/** Conditions on how many seats are offline; the machine says how often the rest agrees. */
export const livenessFigures = (redundancy: number, offlineShares: readonly number[]): readonly LivenessFigure[] => {
  const shares = Array.from({ length: redundancy + 1 }, (_, offline) => firstQuorumShare(redundancy, offline));
  return offlineShares.map((offlineShare) => ({
    ...{ redundancy, offlineShare, runs: RUNS * (redundancy + 1) },
    firstQuorum: shares.reduce((sum, share, offline) => sum + share * binomial(redundancy, offline, offlineShare), 0),
  }));
};
