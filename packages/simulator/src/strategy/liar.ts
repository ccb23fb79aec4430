import type { Strategy } from './conduct.ts';

export const liar: Strategy = {
  summary: 'commits to a wrong result and does everything else right',
  conduct: { execute: ({ wrongOutput }, { delayMs }) => ({ output: wrongOutput(50), delayMs }) },
};
