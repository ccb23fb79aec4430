import type { Chain, ChainBlock, ChainEvent, ChainObserver } from '../port/chain.ts';
import type { Clock } from '../port/clock.ts';
import type { BlockLog } from './block-log.ts';
import type { BlockSource, RawBlock } from './block-source.ts';
import { ChainError } from './error.ts';
import { createFollower, type Follower } from './follower.ts';
import { createKeptBlocks, type KeptBlocks } from './kept-blocks.ts';
import { createPoll } from './poll.ts';

export type ChainHealth =
  | { readonly type: 'starting' }
  | { readonly type: 'following' }
  /** The L2 or the disk does not serve us. Passing: the indexer goes on trying. */
  | { readonly type: 'stalled'; readonly sinceMs: number; readonly error: unknown }
  /** An observer threw, or a log of ours cannot be read: indexing has stopped, the state may be half applied. */
  | { readonly type: 'failed'; readonly error: ChainError };

export interface IndexerOptions {
  readonly chainId: number;
  /** Where the deployment begins. */
  readonly startBlock: bigint;
  readonly source: BlockSource;
  readonly log: BlockLog;
  /** Events of one raw block, in log order. Throws UNKNOWN_LOG. */
  readonly decode: (block: RawBlock) => readonly ChainEvent[];
  readonly clock: Clock;
  readonly pollMs: number;
  /** Told once when health turns `failed`: the composition root ends the daemon. */
  readonly onFailed?: (error: ChainError) => void;
}

export interface Indexer extends Chain {
  /** Observers that subscribe before `start` see the whole history, later ones what comes next. Returns unsubscribe. */
  readonly subscribe: (observer: ChainObserver) => () => void;
  /**
   * Replays what is on disk, then follows the L2. Throws WRONG_CHAIN; an L2 that does not answer is waited for in the
   * background, see `health`.
   */
  readonly start: () => Promise<void>;
  /** Looks now instead of at the next poll; resolves when everything seen is applied. Failures are in `health`. */
  readonly refresh: () => Promise<void>;
  readonly health: () => ChainHealth;
  readonly stop: () => Promise<void>;
}

/** Fan-out in order. Observers of one block run one after the other: state first, then whoever reads it. */
const createFanOut = (decode: IndexerOptions['decode']) => {
  const observers = new Set<ChainObserver>();
  const tell = async (what: string, call: (observer: ChainObserver) => void | Promise<void>): Promise<void> => {
    try {
      for (const observer of observers) await call(observer);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ChainError('OBSERVER_FAILED', `${what} could not be applied: ${reason}`, { cause });
    }
  };
  return {
    observers,
    apply: (raw: RawBlock): Promise<void> => {
      const block: ChainBlock = { ref: raw.ref, events: decode(raw) };
      return tell(`L2 block ${raw.ref.number}`, (observer) => observer.apply(block));
    },
    rollback: (ancestor: bigint): Promise<void> =>
      tell(`the L2 reorg above block ${ancestor}`, (observer) => observer.rollback(ancestor)),
    atHead: (): Promise<void> => tell("the L2's head", (observer) => observer.atHead?.()),
  };
};

const replay = async (log: BlockLog, kept: KeptBlocks, apply: (block: RawBlock) => Promise<void>): Promise<void> => {
  for await (const block of log.load()) {
    kept.push(block);
    await apply(block);
  }
};

const FATAL_CODES: readonly string[] = ['OBSERVER_FAILED', 'UNKNOWN_LOG', 'BAD_RECORD'];

const isFatal = (error: unknown): error is ChainError =>
  error instanceof ChainError && FATAL_CODES.includes(error.code);

/** Runs `follow` and keeps account of how it went. */
const createHealth = ({ clock, onFailed }: Pick<IndexerOptions, 'clock' | 'onFailed'>) => {
  let health: ChainHealth = { type: 'starting' };
  return {
    get: (): ChainHealth => health,
    /** True when it worked. */
    watch: async (follow: () => Promise<void>): Promise<boolean> => {
      if (health.type === 'failed') return false;
      try {
        await follow();
        health = { type: 'following' };
        return true;
      } catch (error) {
        if (isFatal(error)) {
          health = { type: 'failed', error };
          onFailed?.(error);
        } else {
          const sinceMs = health.type === 'stalled' ? health.sinceMs : clock.nowMs();
          health = { type: 'stalled', sinceMs, error };
        }
        return false;
      }
    },
  };
};

/**
 * Indexes the deployment's events by block hash with a parent check: a log of an abandoned block never stays, and no log
 * of a canonical one is missed (watchers of viem lose both over a reorg). Position and events are in the store.
 */
export const createIndexer = (options: IndexerOptions): Indexer => {
  const kept = createKeptBlocks();
  const fanOut = createFanOut(options.decode);
  const health = createHealth(options);
  const follower: Follower = createFollower({ ...options, kept, apply: fanOut.apply, rollback: fanOut.rollback });
  // Behind an address that did not answer, another chain may be when it answers again.
  let isChainChecked = false;
  const follow = async (signal: AbortSignal): Promise<void> => {
    if (!isChainChecked) await options.source.requireChainId();
    isChainChecked = true;
    if (await follower.follow(signal)) await fanOut.atHead();
  };
  const run = async (signal: AbortSignal): Promise<boolean> => {
    isChainChecked = (await health.watch(() => follow(signal))) && isChainChecked;
    return health.get().type === 'following';
  };
  const poll = createPoll({ clock: options.clock, intervalMs: options.pollMs, run });
  return {
    chainId: options.chainId,
    head: () => {
      const head = kept.head();
      if (head !== undefined) return head;
      throw new ChainError('NOT_SYNCED', 'no L2 block is indexed yet. Wait until the daemon is ready.');
    },
    blockHash: kept.hashOf,
    block: kept.get,
    subscribe: (observer) => {
      fanOut.observers.add(observer);
      return () => fanOut.observers.delete(observer);
    },
    start: async () => {
      await replay(options.log, kept, fanOut.apply);
      try {
        await options.source.requireChainId();
      } catch (error) {
        if (error instanceof ChainError && error.code === 'WRONG_CHAIN') throw error;
      }
      poll.start();
    },
    refresh: poll.now,
    health: health.get,
    stop: poll.stop,
  };
};
