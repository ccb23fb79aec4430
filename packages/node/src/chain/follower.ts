import type { BlockRef } from '../port/chain.ts';
import type { BlockLog } from './block-log.ts';
import type { BlockSource, RawBlock } from './block-source.ts';
import { ChainError } from './error.ts';
import { KEPT_BLOCKS, type KeptBlocks } from './kept-blocks.ts';

/** Blocks asked for at once while catching up near the head. */
const CHUNK_BLOCKS = 16n;
/** Blocks of one log query far behind the head: RPC providers allow 1000 to 10 000. */
const RANGE_BLOCKS = 1000n;

export interface FollowerOptions {
  readonly startBlock: bigint;
  readonly source: BlockSource;
  readonly log: BlockLog;
  readonly kept: KeptBlocks;
  readonly apply: (block: RawBlock) => Promise<void>;
  readonly rollback: (ancestor: bigint) => Promise<void>;
}

export interface Follower {
  /**
   * Brings everything up to the L2's head of now; whether that is reached and anything changed. Throws ChainError, and
   * whatever an observer throws.
   */
  readonly follow: (signal: AbortSignal) => Promise<boolean>;
}

const numbersBetween = (from: bigint, to: bigint): bigint[] =>
  Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const requireBlock = (block: BlockRef | undefined, number: bigint): BlockRef => {
  if (block !== undefined) return block;
  throw new ChainError('CHAIN_UNREACHABLE', `the L2 does not know block ${number} below its own head; asking again.`);
};

/** Consecutive blocks by number, each with the logs of exactly its hash. A chunk that spans a reorg fails the parent check. */
const fetchChunk = (source: BlockSource, from: bigint, to: bigint): Promise<readonly RawBlock[]> =>
  Promise.all(
    numbersBetween(from, to).map(async (number) => {
      const ref = requireBlock(await source.at(number), number);
      return { ref, logs: await source.logsOf(ref) };
    }),
  );

/** Blocks with events of a range far behind the head, and its last block. */
const fetchRange = async (source: BlockSource, from: bigint, to: bigint): Promise<readonly RawBlock[]> => {
  const last = requireBlock(await source.at(to), to);
  const found = await source.logsBetween(from, to);
  const numbers = [...new Set([...found.keys(), to])].toSorted((a, b) => (a < b ? -1 : 1));
  const blocks = await Promise.all(
    numbers.map(async (number) => {
      const ref = requireBlock(await source.at(number), number);
      const logs = found.get(number);
      return { ref, logs: logs?.logs ?? [], isWhole: logs === undefined || logs.blockHash === ref.hash };
    }),
  );
  // One fork before, during and after the query, or the logs may be another's.
  if (blocks.at(-1)?.ref.hash !== last.hash || blocks.some(({ isWhole }) => !isWhole)) {
    throw new ChainError('CHAIN_UNREACHABLE', 'the L2 changed its past during a query; asking again.');
  }
  return blocks;
};

/** One pass over the chain: common ancestor, rollback, catch up. */
export const createFollower = ({ startBlock, source, log, kept, apply, rollback }: FollowerOptions): Follower => {
  let expired: readonly bigint[] = [];
  // Persist first: when the disk refuses, the block is not taken and comes again.
  const take = async (block: RawBlock): Promise<void> => {
    await log.append(block, expired);
    expired = kept.push(block);
    await apply(block);
  };

  /** Undoes what is not on the L2's chain any more. */
  const unwind = async (): Promise<void> => {
    // A switched RPC looks like a deep reorg.
    await source.requireChainId();
    let ancestor: bigint | undefined;
    for (const ref of kept.newestFirst()) {
      if ((await source.at(ref.number))?.hash !== ref.hash) continue;
      ancestor = ref.number;
      break;
    }
    if (ancestor !== undefined && ancestor === kept.head()?.number) {
      throw new ChainError(
        'CHAIN_UNREACHABLE',
        `the L2 answers with blocks above ${ancestor} that do not follow one another; asking again. If it stays, use another rpcUrl.`,
      );
    }
    const last = ancestor ?? startBlock - 1n;
    await log.truncate(last + 1n);
    kept.truncate(last);
    await rollback(last);
  };

  /** Whether our head is still on the chain that ends in `latest`. */
  const isOnChain = async (head: BlockRef, latest: BlockRef): Promise<boolean> => {
    if (latest.number === head.number + 1n) return latest.parentHash === head.hash;
    // An RPC that lags behind us shows an older block of our own chain: no reorg.
    if (latest.number <= head.number) {
      const known = kept.hashOf(latest.number);
      if (known !== undefined) return known === latest.hash;
      throw new ChainError(
        'CHAIN_UNREACHABLE',
        `the L2 node is at block ${latest.number}, ${head.number - latest.number} behind what was indexed. Wait until it has synced; if the chain was reset, use a new home folder.`,
      );
    }
    return (await source.at(head.number))?.hash === head.hash;
  };

  const next = async (from: bigint, latest: BlockRef): Promise<readonly RawBlock[]> => {
    const deep = latest.number - KEPT_BLOCKS;
    if (from < deep) return fetchRange(source, from, min(from + RANGE_BLOCKS - 1n, deep));
    if (from === latest.number) return [{ ref: latest, logs: await source.logsOf(latest) }];
    return fetchChunk(source, from, min(from + CHUNK_BLOCKS - 1n, latest.number));
  };

  const takeAll = async (blocks: readonly RawBlock[]): Promise<'ok' | 'reorged'> => {
    for (const block of blocks) {
      const head = kept.head();
      const isNext = head !== undefined && head.number + 1n === block.ref.number;
      if (isNext && head.hash !== block.ref.parentHash) return 'reorged';
      await take(block);
    }
    return 'ok';
  };

  return {
    follow: async (signal) => {
      const latest = await source.latest();
      const known = kept.head();
      if (known?.hash === latest.hash) return false;
      if (known !== undefined && !(await isOnChain(known, latest))) await unwind();
      for (;;) {
        const from = (kept.head()?.number ?? startBlock - 1n) + 1n;
        if (from > latest.number || signal.aborted) return kept.head()?.hash === latest.hash;
        if ((await takeAll(await next(from, latest))) === 'ok') continue;
        // The rest is for the next pass: the fork that `latest` ends may be gone.
        await unwind();
        return false;
      }
    },
  };
};
