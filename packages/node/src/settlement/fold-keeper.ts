import {
  type Bytes32,
  type Domain,
  emptyFold,
  type FoldParams,
  type FoldSource,
  foldBatch,
  keccak256,
  ProtocolError,
  type Secp256k1,
  type SettlementFold,
  type Snapshot,
  skipBatch,
  ZERO_BYTES32,
} from '@mlb/protocol';
import type { ChainView, PostedBatch } from '../chain/state.ts';
import type { ChainObserver } from '../port/chain.ts';
import type { Log } from '../port/log.ts';
import type { Store } from '../port/store.ts';
import { createBackground } from './background.ts';
import { createFoldShelf } from './fold-shelf.ts';
import type { PostedData } from './posted-data.ts';

export interface FoldKeeperDeps {
  readonly domain: Domain;
  readonly params: FoldParams;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly state: ChainView;
  readonly data: PostedData;
  readonly store: Store;
  readonly log: Log;
}

/**
 * The settlement fold of the chain as it is now: rebuilt from the posted batches (I11), and again after a reorg or a
 * revert (I10). Subscribe it after the chain state and before whoever proposes or attests.
 */
export interface FoldKeeper extends ChainObserver {
  /** Of all batches up to the chain's last one. While it is behind, that of no batch at all: nobody can take it for another. */
  readonly current: () => SettlementFold;
  /** The fold right after a batch that stands; undefined while it is behind. */
  readonly after: (index: bigint) => Promise<SettlementFold | undefined>;
  /** Resolves when what the last block brought is folded, or cannot be. */
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What a fold depends on: the batches before it, and which of them count. */
const nextKey = (previous: Bytes32, { headerDigest, isReverted }: PostedBatch): Bytes32 =>
  keccak256(previous, headerDigest, isReverted ? '0x01' : '0x00');

export const createFoldKeeper = (deps: FoldKeeperDeps): FoldKeeper => {
  const { state, log } = deps;
  const background = createBackground(log);
  const shelf = createFoldShelf(deps);
  /** Epochs that batches still to be folded name: the chain view keeps only the latest. */
  const epochs = new Map<bigint, Snapshot>();
  let current: SettlementFold | undefined;
  const source: FoldSource = {
    ...{ params: deps.params, domain: deps.domain, secp256k1: deps.secp256k1 },
    snapshot: (epoch) => state.snapshotOf(epoch) ?? epochs.get(epoch),
    modelMode: (modelId) => state.model(modelId)?.mode,
  };
  const before = (): SettlementFold => emptyFold(state.initialBaseFee());

  /** Keys of the folds after each batch, from index 1. */
  const keys = (): readonly Bytes32[] => {
    const list: Bytes32[] = [];
    for (const posted of state.batches()) list.push(nextKey(list.at(-1) ?? ZERO_BYTES32, posted));
    return list;
  };

  const foldOne = async (
    fold: SettlementFold,
    posted: PostedBatch,
    signal: AbortSignal,
  ): Promise<SettlementFold | undefined> => {
    // Without a certificate a batch moves money only: Settlement.postOptimistic requires its roots to be zero.
    if (posted.isReverted || posted.header.reputationRoot === ZERO_BYTES32) return skipBatch(fold, posted.index);
    const leaves = await deps.data.leavesOf(posted.header, signal);
    if (leaves === undefined) {
      log.debug({ index: posted.index }, 'the leaves of a posted batch are not here: the fold waits for them');
      return undefined;
    }
    try {
      return foldBatch(fold, { header: posted.header, leaves }, source);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      log.error({ index: posted.index, error: error.message }, 'a posted batch cannot be folded: settlement waits');
      return undefined;
    }
  };

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    const wanted = keys();
    let { index, fold } = await shelf.latestOf(wanted, before());
    while (index < wanted.length) {
      const posted = state.batch(BigInt(index + 1));
      const next = posted === undefined ? undefined : await foldOne(fold, posted, signal);
      if (next === undefined) return;
      index += 1;
      fold = next;
      await shelf.put(index, wanted[index - 1] ?? ZERO_BYTES32, fold);
    }
    // The chain may have moved on meanwhile: then the next head folds what came.
    if (keys().at(-1) === wanted.at(-1)) current = fold;
  };

  return {
    current: () => current ?? before(),
    after: async (index) => {
      const key = keys()[Number(index) - 1];
      return key === undefined ? undefined : shelf.get(key);
    },
    apply: ({ events }) => {
      for (const event of events) {
        if (event.type === 'epoch-sealed' || event.type === 'batch-posted') {
          const latest = state.latestSnapshot();
          if (latest !== undefined) epochs.set(latest.epoch, latest);
        }
        if (event.type === 'batch-posted' || event.type === 'batch-reverted') current = undefined;
      }
    },
    rollback: () => {
      current = undefined;
    },
    atHead: () => {
      if (current !== undefined) {
        epochs.clear();
        return;
      }
      background.run('fold', catchUp);
    },
    idle: background.idle,
    stop: background.stop,
  };
};
