import type { Strategy } from './conduct.ts';

export const silent: Strategy = {
  summary: 'holds seats and says nothing',
  conduct: { execute: () => undefined, speak: () => [], publish: () => [], relays: false, attests: false },
};
