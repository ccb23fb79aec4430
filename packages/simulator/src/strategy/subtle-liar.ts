import type { Strategy } from './conduct.ts';

/** In tolerances: just inside is legal, just beyond is not, and near misses are the hardest to judge. */
const SHIFTS = [0.9, 1.1, 1.3, 3] as const;

export const subtleLiar: Strategy = {
  summary: 'commits to a result around one tolerance off',
  conduct: {
    execute: ({ wrongOutput, random }, { delayMs }) => ({
      output: wrongOutput(SHIFTS[Math.floor(random('shift') * SHIFTS.length)] ?? 1.1),
      delayMs,
    }),
  },
};
