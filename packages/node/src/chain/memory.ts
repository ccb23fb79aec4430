import { BlockHash, keccak256, tag, ZERO_BYTES32 } from '@mlb/protocol';
import type { BlockRef, Chain, ChainEvent, ChainObserver } from '../port/chain.ts';
import { ChainError } from './error.ts';
import { KEPT_BLOCKS } from './kept-blocks.ts';

/** A chain in memory, for tests: its owner makes the blocks. */
export interface MemoryChain extends Chain {
  readonly subscribe: (observer: ChainObserver) => () => void;
  /** One block with these events, shown to every observer. `secondsLater` than the block before. */
  readonly extend: (events?: readonly ChainEvent[], secondsLater?: bigint) => Promise<BlockRef>;
  /** Abandons the newest blocks; the next ones have other hashes. */
  readonly reorg: (depth: number) => Promise<void>;
}

export const createMemoryChain = ({
  chainId = 31337,
  startSec = 1_700_000_000n,
}: {
  readonly chainId?: number;
  readonly startSec?: bigint;
} = {}): MemoryChain => {
  const observers = new Set<ChainObserver>();
  const blocks: BlockRef[] = [];
  let forks = 0;
  const head = (): BlockRef => {
    const last = blocks.at(-1);
    if (last === undefined) throw new ChainError('NOT_SYNCED', 'the memory chain has no block yet: extend it first.');
    return last;
  };
  const block = (number: bigint): BlockRef | undefined => {
    const last = blocks.at(-1)?.number ?? -1n;
    return number + KEPT_BLOCKS <= last ? undefined : blocks[Number(number)];
  };
  return {
    chainId,
    head,
    block,
    blockHash: (number) => block(number)?.hash,
    subscribe: (observer) => {
      observers.add(observer);
      return () => observers.delete(observer);
    },
    extend: async (events = [], secondsLater = 1n) => {
      const parent = blocks.at(-1);
      const number = BigInt(blocks.length);
      const ref: BlockRef = {
        number,
        hash: BlockHash(keccak256(tag(`memory chain ${chainId} fork ${forks} block ${number}`))),
        parentHash: parent?.hash ?? BlockHash(ZERO_BYTES32),
        timestamp: parent === undefined ? startSec : parent.timestamp + secondsLater,
      };
      blocks.push(ref);
      for (const observer of observers) await observer.apply({ ref, events });
      for (const observer of observers) await observer.atHead?.();
      return ref;
    },
    reorg: async (depth) => {
      forks += 1;
      blocks.length = Math.max(0, blocks.length - depth);
      for (const observer of observers) await observer.rollback(BigInt(blocks.length) - 1n);
    },
  };
};
