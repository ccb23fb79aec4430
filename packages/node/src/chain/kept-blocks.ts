import type { BlockHash } from '@mlb/protocol';
import type { BlockRef } from '../port/chain.ts';
import type { RawBlock } from './block-source.ts';

/** Blocks whose hashes are at hand: seeds, anchors and reorgs look back no further. */
export const KEPT_BLOCKS: bigint = 512n;

/** The newest canonical blocks this node knows, ascending. */
export interface KeptBlocks {
  readonly head: () => BlockRef | undefined;
  readonly hashOf: (number: bigint) => BlockHash | undefined;
  readonly get: (number: bigint) => BlockRef | undefined;
  /** Newest first. */
  readonly newestFirst: () => readonly BlockRef[];
  /** Returns the numbers that fell out of the window and held no event: they need not stay on disk. */
  readonly push: (block: RawBlock) => readonly bigint[];
  /** Forgets everything above `ancestor`. */
  readonly truncate: (ancestor: bigint) => void;
}

export const createKeptBlocks = (): KeptBlocks => {
  const blocks = new Map<bigint, { readonly ref: BlockRef; readonly isEmpty: boolean }>();
  let head: BlockRef | undefined;
  return {
    head: () => head,
    hashOf: (number) => blocks.get(number)?.ref.hash,
    get: (number) => blocks.get(number)?.ref,
    newestFirst: () => [...blocks.values()].map(({ ref }) => ref).reverse(),
    push: ({ ref, logs }) => {
      blocks.set(ref.number, { ref, isEmpty: logs.length === 0 });
      head = ref;
      const forgotten: bigint[] = [];
      // A Map keeps insertion order: the oldest block is the first.
      for (const [number, { isEmpty }] of blocks) {
        if (number + KEPT_BLOCKS > ref.number) break;
        blocks.delete(number);
        if (isEmpty) forgotten.push(number);
      }
      return forgotten;
    },
    truncate: (ancestor) => {
      for (const number of blocks.keys()) if (number > ancestor) blocks.delete(number);
      head = [...blocks.values()].at(-1)?.ref;
    },
  };
};
