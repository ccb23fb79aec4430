/** Remembers what it is told and finds it again, now or later. */
export interface Counter<T> {
  readonly tell: (value: T) => void;
  readonly told: readonly T[];
  /** Resolves when a value matches, past ones included. */
  readonly find: (matches: (value: T) => boolean) => Promise<T>;
}

export const createCounter = <T>(): Counter<T> => {
  const told: T[] = [];
  const waiting = new Set<(value: T) => void>();
  return {
    told,
    tell: (value) => {
      told.push(value);
      for (const look of waiting) look(value);
    },
    find: (matches) => {
      const past = told.find(matches);
      if (past !== undefined) return Promise.resolve(past);
      const { promise, resolve } = Promise.withResolvers<T>();
      const look = (value: T): void => {
        if (!matches(value)) return;
        waiting.delete(look);
        resolve(value);
      };
      waiting.add(look);
      return promise;
    },
  };
};
