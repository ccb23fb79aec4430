import type { Store } from '../port/store.ts';
import { StoreError } from './store-error.ts';

/** The store in memory, for tests: same order, same atomicity, gone with the process. */
export const createMemoryStore = (): Store => {
  const entries = new Map<string, Uint8Array>();
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new StoreError('STORE_CLOSED', 'memory database: it is closed');
  };
  return {
    get: async (key) => {
      requireOpen();
      return entries.get(key)?.slice();
    },
    write: async (writes) => {
      requireOpen();
      for (const { key, value } of writes) {
        if (value === undefined) entries.delete(key);
        else entries.set(key, value.slice());
      }
    },
    async *list(prefix, signal) {
      requireOpen();
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
      for (const key of keys) {
        signal?.throwIfAborted();
        const value = entries.get(key);
        if (value !== undefined) yield [key, value.slice()];
      }
    },
    close: async () => {
      closed = true;
    },
  };
};

/** LevelDB orders by UTF-8 bytes, JavaScript by UTF-16 units: they differ above U+FFFF. */
const compareUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
