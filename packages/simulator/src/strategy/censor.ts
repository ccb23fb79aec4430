import type { Strategy } from './conduct.ts';

export const censor: Strategy = {
  summary: 'leaves half of the requesters out of its batches',
  conduct: {
    select: (tasks) => tasks.filter(({ order }) => Number.parseInt(order.body.requester.slice(-1), 16) < 8),
  },
};
