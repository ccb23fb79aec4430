import { hasQuorum } from '@mlb/protocol';
import type { Strategy } from './conduct.ts';

/** Who holds no quorum gains nothing by a lie, and loses its stake. */
export const colluder: Strategy = {
  summary: 'lies with its accomplices when they hold 70 % of the committee, and is honest otherwise',
  conduct: {
    execute: ({ seats, accomplices, wrongOutput }, honest) =>
      hasQuorum(seats, accomplices) ? { output: wrongOutput(50, 'agreed lie'), delayMs: honest.delayMs } : honest,
  },
};
