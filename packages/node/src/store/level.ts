import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import type { Store } from '../port/store.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

type Database = Level<string, Uint8Array>;

/** abstract-level wraps LevelDB's own error as `cause`. */
const codesOf = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...code, error.message, ...codesOf(error.cause)];
};

const classify = (error: unknown): StoreErrorCode => {
  const text = codesOf(error).join(' ');
  if (text.includes('LEVEL_LOCKED')) return 'STORE_LOCKED';
  if (/ENOSPC|No space left/i.test(text)) return 'STORE_FULL';
  if (/does not exist \(create_if_missing is false\)/.test(text)) return 'STORE_MISSING';
  if (/LEVEL_CORRUPTION|Corruption/i.test(text)) return 'STORE_CORRUPT';
  if (text.includes('LEVEL_DATABASE_NOT_OPEN') || text.includes('LEVEL_ITERATOR_NOT_OPEN')) return 'STORE_CLOSED';
  return 'STORE_IO';
};

const ADVICE: Record<StoreErrorCode, string> = {
  STORE_LOCKED: 'another process has it open: stop that daemon, or talk to it through its API',
  STORE_FULL: 'the disk is full: free some space; nothing that was acknowledged is lost',
  STORE_CORRUPT: 'it is damaged: restore a backup, or start with a new home folder and a new session key',
  STORE_MISSING: 'it does not exist: run `mlb init`, or check the home folder',
  STORE_CLOSED: 'it is closed',
  STORE_IO: 'the disk or file system refused',
};

const storeError = (path: string, cause: unknown): StoreError => {
  if (cause instanceof StoreError) return cause;
  const code = classify(cause);
  return new StoreError(code, `database ${path}: ${ADVICE[code]}`, { cause });
};

/**
 * LevelDB opens "ok" and EMPTY when its CURRENT file is gone, even with createIfMissing false in some versions:
 * look ourselves.
 */
const requireExisting = async (path: string): Promise<void> => {
  try {
    await stat(join(path, 'CURRENT'));
  } catch (cause) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    const code = isThere ? 'STORE_CORRUPT' : 'STORE_MISSING';
    throw new StoreError(code, `database ${path}: ${ADVICE[code]}`, { cause });
  }
};

const openDatabase = async (path: string, create: boolean): Promise<Database> => {
  if (!create) await requireExisting(path);
  const database: Database = new Level(path, { keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await database.open({ createIfMissing: create, errorIfExists: false });
    return database;
  } catch (cause) {
    throw storeError(path, cause);
  }
};

/** The upper end of a prefix: keys are UTF-8, and 0xff occurs in none. */
const endOf = (prefix: string): string => `${prefix}\u{10ffff}`;

/**
 * The store on LevelDB. `create` is for `mlb init`, devnets and tests; afterwards a missing database is an error, never
 * a silent new one. Throws StoreError (STORE_LOCKED, STORE_MISSING, STORE_CORRUPT, STORE_IO).
 */
export const openLevelStore = async (path: string, options: { readonly create: boolean }): Promise<Store> => {
  const database = await openDatabase(path, options.create);
  return {
    get: async (key) => {
      try {
        return await database.get(key);
      } catch (cause) {
        throw storeError(path, cause);
      }
    },
    write: async (writes, { sync }) => {
      const operations = writes.map(({ key, value }) =>
        value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
      );
      try {
        await database.batch(operations, { sync });
      } catch (cause) {
        throw storeError(path, cause);
      }
    },
    async *list(prefix, signal) {
      try {
        const range = { gte: prefix, lt: endOf(prefix), ...(signal === undefined ? {} : { signal }) };
        for await (const entry of database.iterator(range)) yield entry;
      } catch (cause) {
        throw signal?.aborted === true ? signal.reason : storeError(path, cause);
      }
    },
    close: async () => {
      try {
        await database.close();
      } catch (cause) {
        throw storeError(path, cause);
      }
    },
  };
};
