import type { Clock } from '../port/clock.ts';

/** A token bucket: `take()` is false when more than `perSecond` on average, or `burst` at once, were asked for. */
export interface RateLimit {
  readonly take: () => boolean;
}

export const createRateLimit = (options: {
  readonly perSecond: number;
  readonly burst: number;
  readonly clock: Clock;
}): RateLimit => {
  const { perSecond, burst, clock } = options;
  let tokens = burst;
  let atMs = clock.nowMs();
  return {
    take: () => {
      const nowMs = clock.nowMs();
      // A clock set back must not freeze the bucket.
      tokens = Math.min(burst, tokens + (Math.max(0, nowMs - atMs) * perSecond) / 1000);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
