import { type BlockHash, sha256 } from '@mlb/protocol';
import type { BlockRef, Chain, ChainBlock, ChainEvent, ChainObserver } from '../../src/port/chain.ts';

/** One node's own sight of the chain: it sees new blocks when it syncs. */
export interface ChainSight extends Chain {
  readonly subscribe: (observer: ChainObserver) => void;
  /** Rolls back what is not canonical any more, then applies what is new, in order. */
  readonly sync: () => Promise<void>;
}

/** A chain of hand-made blocks. */
export interface MemoryChain {
  readonly chainId: number;
  readonly head: () => BlockRef;
  /** Appends one block; `sec` is its time. */
  readonly mine: (sec: bigint, events?: readonly ChainEvent[]) => ChainBlock;
  /** Forgets the last blocks: what is mined then has other hashes. */
  readonly drop: (blocks: number) => void;
  readonly sight: () => ChainSight;
}

/** Another fork gives another hash at the same height. */
const hashOf = (parent: BlockHash | string, number: bigint, fork: number): BlockHash =>
  sha256(new TextEncoder().encode(`${parent}/${number}/${fork}`)) as string as BlockHash;

const createSight = (chainId: number, canonical: readonly ChainBlock[]): ChainSight => {
  const observers: ChainObserver[] = [];
  const seen: ChainBlock[] = [];

  const unwind = async (): Promise<void> => {
    let common = seen.length;
    while (common > 0 && seen[common - 1] !== canonical[common - 1]) common -= 1;
    if (common === seen.length) return;
    seen.length = common;
    const ancestor = seen.at(-1)?.ref.number ?? 0n;
    for (const { rollback } of observers) await rollback(ancestor);
  };

  const catchUp = async (): Promise<void> => {
    for (let block = canonical[seen.length]; block !== undefined; block = canonical[seen.length]) {
      seen.push(block);
      for (const { apply } of observers) await apply(block);
    }
  };

  return {
    chainId,
    head: () => {
      const head = seen.at(-1);
      if (head === undefined) throw new Error('no block yet');
      return head.ref;
    },
    blockHash: (number) => seen[Number(number) - 1]?.ref.hash,
    block: (number) => seen[Number(number) - 1]?.ref,
    subscribe: (observer) => void observers.push(observer),
    sync: async () => {
      await unwind();
      await catchUp();
      for (const { atHead } of observers) await atHead?.();
    },
  };
};

export const createMemoryChain = (chainId: number): MemoryChain => {
  const blocks: ChainBlock[] = [];
  let fork = 0;
  return {
    chainId,
    head: () => {
      const head = blocks.at(-1);
      if (head === undefined) throw new Error('no block yet');
      return head.ref;
    },
    mine: (sec, events = []) => {
      const parentHash = blocks.at(-1)?.ref.hash ?? (`0x${'00'.repeat(32)}` as BlockHash);
      const number = BigInt(blocks.length + 1);
      const ref = { number, hash: hashOf(parentHash, number, fork), parentHash, timestamp: sec };
      const block = { ref, events };
      blocks.push(block);
      return block;
    },
    drop: (count) => {
      blocks.length -= count;
      fork += 1;
    },
    sight: () => createSight(chainId, blocks),
  };
};
