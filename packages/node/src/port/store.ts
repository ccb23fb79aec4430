/** A write of one batch: `undefined` deletes. */
export interface StoreWrite {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** An ordered key-value store. A resolved write with `sync` survives kill -9 and a power cut. */
export interface Store {
  readonly get: (key: string) => Promise<Uint8Array | undefined>;
  /** All or nothing, in order. Throws StoreError (code STORE_FULL when the disk is full). */
  readonly write: (writes: readonly StoreWrite[], options: { readonly sync: boolean }) => Promise<void>;
  /** Entries whose key starts with `prefix`, ascending by key. */
  readonly list: (prefix: string, signal?: AbortSignal) => AsyncIterable<readonly [key: string, value: Uint8Array]>;
  readonly close: () => Promise<void>;
}
