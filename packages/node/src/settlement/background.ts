import type { Log } from '../port/log.ts';

/** Work that nobody awaits, with an end: observers of the chain and of gossip must not wait for networks. */
export interface Background {
  /** At most one job of a name at a time: a name that is running is not started again. */
  readonly run: (name: string, job: (signal: AbortSignal) => Promise<void>) => void;
  /** Resolves when nothing runs any more. */
  readonly idle: () => Promise<void>;
  /** Aborts what runs, and waits for it. */
  readonly stop: () => Promise<void>;
}

export const createBackground = (log: Log): Background => {
  const jobs = new Map<string, Promise<void>>();
  const stopped = new AbortController();
  const guarded = async (name: string, job: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    try {
      await job(stopped.signal);
    } catch (error) {
      if (!stopped.signal.aborted)
        log.warn({ name, error: String(error) }, 'settlement: a job failed and will be tried again');
    }
  };
  const idle = async (): Promise<void> => {
    while (jobs.size > 0) await Promise.all(jobs.values());
  };
  return {
    run: (name, job) => {
      if (stopped.signal.aborted || jobs.has(name)) return;
      const running = guarded(name, job).finally(() => jobs.delete(name));
      jobs.set(name, running);
    },
    idle,
    stop: async () => {
      stopped.abort();
      await idle();
    },
  };
};
