import type { Strategy } from './conduct.ts';

/** What T7 reckons with: colluders that lie whatever they hold. */
export const cartel: Strategy = {
  summary: 'tells the same lie as its accomplices, always',
  conduct: { execute: ({ wrongOutput }, { delayMs }) => ({ output: wrongOutput(50, 'agreed lie'), delayMs }) },
};
