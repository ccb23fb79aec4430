import { type LivenessFigure, livenessFigures, type SafetyFigure, safetyFigures } from '@mlb/simulator';

export interface Figures {
  readonly safety: readonly (SafetyFigure & {
    readonly expected: { readonly singleRound: number; readonly withDisputes: number };
  })[];
  readonly liveness: readonly (LivenessFigure & { readonly expected: number })[];
}

const ADVERSARY_SHARES = [0.1, 0.2, 0.3] as const;
const OFFLINE_SHARES = [0.01, 0.05, 0.1] as const;

/** T7 of the protocol's research, by seats and adversary share: a single round, and with disputes. */
const T7: Readonly<Record<number, readonly (readonly [singleRound: number, withDisputes: number])[]>> = {
  4: [
    [3.7e-3, 1.4e-4],
    [2.7e-2, 1.9e-3],
    [8.4e-2, 9.3e-3],
  ],
  7: [
    [1.8e-4, 1.8e-7],
    [4.7e-3, 1.7e-5],
    [2.9e-2, 3.0e-4],
  ],
};

/** T9: a quorum in round 0, by seats and share of seats that are offline. */
const T9: Readonly<Record<number, readonly number[]>> = {
  3: [0.97, 0.857, 0.729],
  4: [0.9994, 0.986, 0.948],
  5: [0.999, 0.977, 0.919],
};

/** The protocol's tables, from the real task machine. */
export const committeeFigures = (): Figures => ({
  safety: Object.entries(T7).flatMap(([seats, rows]) =>
    safetyFigures(Number(seats), ADVERSARY_SHARES).map((figure, i) => {
      const [singleRound = 0, withDisputes = 0] = rows[i] ?? [];
      return { ...figure, expected: { singleRound, withDisputes } };
    }),
  ),
  liveness: Object.entries(T9).flatMap(([seats, row]) =>
    livenessFigures(Number(seats), OFFLINE_SHARES).map((figure, i) => ({ ...figure, expected: row[i] ?? 0 })),
  ),
});
