import type { Clock } from '../port/clock.ts';

export interface Poll {
  readonly start: () => void;
  /** A pass that begins after this call; resolves when it has ended. */
  readonly now: () => Promise<void>;
  /** Resolves when no pass runs any more. */
  readonly stop: () => Promise<void>;
}

/** Waits at most this long between two passes while they fail. */
const MAX_BACKOFF_MS = 5_000;

/** Repeats `run`, one pass at a time, the next one `intervalMs` after the end of the last; failures double the wait. */
export const createPoll = ({
  clock,
  intervalMs,
  run,
}: {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Never throws; false = it failed. Ends early when the signal is aborted by `stop`. */
  readonly run: (signal: AbortSignal) => Promise<boolean>;
}): Poll => {
  const stopped = new AbortController();
  let tail: Promise<void> = Promise.resolve();
  let isRunning = false;
  let failures = 0;
  let cancel = (): void => undefined;

  const pass = async (): Promise<void> => {
    failures = (await run(stopped.signal)) ? 0 : failures + 1;
  };
  const enqueue = (): Promise<void> => {
    tail = tail.then(pass);
    return tail;
  };
  const loop = (): void => {
    void enqueue().then(() => {
      if (!isRunning) return;
      cancel = clock.after(Math.min(intervalMs * 2 ** failures, Math.max(MAX_BACKOFF_MS, intervalMs)), loop);
    });
  };
  return {
    start: () => {
      if (isRunning || stopped.signal.aborted) return;
      isRunning = true;
      loop();
    },
    now: enqueue,
    stop: async () => {
      isRunning = false;
      stopped.abort();
      cancel();
      await tail;
    },
  };
};
