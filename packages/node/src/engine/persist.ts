import type { Clock } from '../port/clock.ts';
import { pause } from './pause.ts';

export interface PersistOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** There is no point in going on. */
  readonly isOver: () => boolean;
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Tries until it works, waiting twice as long after each failure. False: it was given up. Never rejects. */
export const persist = async (attempt: () => Promise<void>, options: PersistOptions): Promise<boolean> => {
  const { clock, signal, isOver, firstWaitMs, maxWaitMs, onFailure } = options;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, maxWaitMs)) {
    try {
      await attempt();
      return true;
    } catch (error) {
      onFailure(error);
    }
    if (signal.aborted || isOver()) return false;
    await pause(clock, waitMs, signal);
    if (signal.aborted || isOver()) return false;
  }
};
