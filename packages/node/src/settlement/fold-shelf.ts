import { type Bytes32, type Domain, decodeFold, encodeFold, ProtocolError, type SettlementFold } from '@mlb/protocol';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';

/** Folds that were made, by what they depend on: a restart or a reorg goes on from the nearest. */
export interface FoldShelf {
  readonly get: (key: Bytes32) => Promise<SettlementFold | undefined>;
  /** The last of these keys (of indices from 1) that is here, or index 0 and `before`. */
  readonly latestOf: (
    keys: readonly Bytes32[],
    before: SettlementFold,
  ) => Promise<{ readonly index: number; readonly fold: SettlementFold }>;
  readonly put: (index: number, key: Bytes32, fold: SettlementFold) => Promise<void>;
}

/** Folds held in memory: the chain does not change its mind further back than this, but for reverts. */
const MAX_CACHED = 64;
/** Of those further back, every so many stays on disk, for the revert of an old batch. */
const KEPT_EVERY = 16;

export const createFoldShelf = ({ store, domain }: { readonly store: Store; readonly domain: Domain }): FoldShelf => {
  const prefix = `${STORE_PREFIXES.batch}fold/${domain.chainId}/${domain.settlement}/`;
  const cache = new Map<Bytes32, { readonly index: number; readonly fold: SettlementFold }>();

  const get = async (key: Bytes32): Promise<SettlementFold | undefined> => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached.fold;
    const bytes = await store.get(`${prefix}${key}`);
    try {
      return bytes === undefined ? undefined : decodeFold(bytes);
    } catch (error) {
      // Of an older release: it is made again.
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  };

  const dropOldest = async (): Promise<void> => {
    const [oldest] = cache;
    if (cache.size <= MAX_CACHED || oldest === undefined) return;
    const [key, { index }] = oldest;
    cache.delete(key);
    if (index % KEPT_EVERY !== 0) await store.write([{ key: `${prefix}${key}`, value: undefined }], { sync: false });
  };

  return {
    get,
    latestOf: async (keys, before) => {
      for (let index = keys.length; index > 0; index -= 1) {
        const key = keys[index - 1];
        const fold = key === undefined ? undefined : await get(key);
        if (fold !== undefined) return { index, fold };
      }
      return { index: 0, fold: before };
    },
    put: async (index, key, fold) => {
      cache.set(key, { index, fold });
      await store.write([{ key: `${prefix}${key}`, value: encodeFold(fold) }], { sync: false });
      await dropOldest();
    },
  };
};
