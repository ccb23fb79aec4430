import type { Strategy } from './conduct.ts';

export const withholder: Strategy = {
  summary: 'commits and locks, then never opens',
  conduct: { speak: (_view, message) => (message.type === 'reveal' ? [] : [{ message }]) },
};
