import type { Strategy } from './conduct.ts';

/** Around the execution budget: sometimes just in time, mostly not. */
const EXECUTION_MS = [5000, 29_500, 30_500, 34_000] as const;

export const slow: Strategy = {
  summary: 'executes and answers late',
  conduct: {
    execute: ({ random }, { output }) => ({
      output,
      delayMs: EXECUTION_MS[Math.floor(random('delay') * EXECUTION_MS.length)] ?? 0,
    }),
    speak: ({ random }, message) => [{ message, delayMs: 1500 * random(message.type) }],
  },
};
