/** Runs jobs of one key one after the other and jobs of different keys independently: one queue per task, so no locks. */
export interface SerialQueue {
  /** Resolves or rejects as the job does; a failing job does not stop the ones behind it. */
  readonly run: <T>(key: string, job: () => Promise<T>) => Promise<T>;
  /** Jobs waiting or running, over all keys. */
  readonly size: () => number;
  /** Resolves when everything queued so far has ended. */
  readonly idle: () => Promise<void>;
}

export const createSerialQueue = (): SerialQueue => {
  const tails = new Map<string, Promise<unknown>>();
  let size = 0;
  return {
    run: (key, job) => {
      size += 1;
      const result = (tails.get(key) ?? Promise.resolve()).then(job);
      const tail = result.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      void tail.then(() => {
        size -= 1;
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
    size: () => size,
    idle: async () => {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
};
