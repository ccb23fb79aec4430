import type { Clock } from '../port/clock.ts';

/** A clock that stands still until it is moved. */
export interface MemoryClock extends Clock {
  /** Moves the time; timers that fall due are called in order, each at its own time. */
  readonly advance: (ms: number) => void;
  /** Timers waiting. */
  readonly pending: () => number;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export const createMemoryClock = (startMs = 0): MemoryClock => {
  const timers = new Set<Timer>();
  let nowMs = startMs;
  // Of equal times the one set first: a Set keeps insertion order.
  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers)
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    return next;
  };
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: (ms) => {
      const untilMs = nowMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.callback();
      }
      nowMs = untilMs;
    },
    pending: () => timers.size,
  };
};
