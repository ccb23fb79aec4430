import { BlockHash, Bytes32, Address as toAddress } from '@mlb/protocol';
import type { Store, StoreWrite } from '../port/store.ts';
import type { RawBlock, RawLog } from './block-source.ts';
import { ChainError } from './error.ts';

/** The indexed blocks on disk. The highest one is the position from which indexing goes on. */
export interface BlockLog {
  /** Ascending by number. */
  readonly load: () => AsyncIterable<RawBlock>;
  /** Adds a block and drops the ones no longer needed. */
  readonly append: (block: RawBlock, forget: readonly bigint[]) => Promise<void>;
  /** Removes every block from `first` on. */
  readonly truncate: (first: bigint) => Promise<void>;
}

const encodeBlock = ({ ref, logs }: RawBlock): Uint8Array => {
  const row = [ref.number.toString(), ref.hash, ref.parentHash, ref.timestamp.toString(), logs.map(logToRow)];
  return new TextEncoder().encode(JSON.stringify(row));
};

const logToRow = (log: RawLog): unknown => [log.address, log.topics, log.data, log.transactionHash];

const logFromRow = (row: [string, RawLog['topics'], RawLog['data'], string]): RawLog => ({
  address: toAddress(row[0]),
  topics: row[1],
  data: row[2],
  transactionHash: Bytes32(row[3]),
});

const decodeBlock = (key: string, bytes: Uint8Array): RawBlock => {
  try {
    const [number, hash, parentHash, timestamp, logs] = JSON.parse(new TextDecoder().decode(bytes));
    const ref = { number: BigInt(number), hash: BlockHash(hash), parentHash: BlockHash(parentHash) };
    return { ref: { ...ref, timestamp: BigInt(timestamp) }, logs: logs.map(logFromRow) };
  } catch (cause) {
    throw new ChainError(
      'BAD_RECORD',
      `the indexed block ${key} on disk is damaged. Remove the keys of this prefix to index again from the deployment block.`,
      { cause },
    );
  }
};

/** One log for each deployment: `prefix` names chain and contracts. */
export const createBlockLog = (store: Store, prefix: string): BlockLog => {
  const keyOf = (number: bigint): string => `${prefix}${number.toString(16).padStart(16, '0')}`;
  const forgotten = (number: bigint): StoreWrite => ({ key: keyOf(number), value: undefined });
  return {
    async *load() {
      for await (const [key, bytes] of store.list(prefix)) yield decodeBlock(key, bytes);
    },
    // Not synced: what a power cut takes is fetched again.
    append: (block, forget) =>
      store.write([{ key: keyOf(block.ref.number), value: encodeBlock(block) }, ...forget.map(forgotten)], {
        sync: false,
      }),
    truncate: async (first) => {
      const removed: StoreWrite[] = [];
      for await (const [key] of store.list(prefix)) if (key >= keyOf(first)) removed.push({ key, value: undefined });
      await store.write(removed, { sync: false });
    },
  };
};
