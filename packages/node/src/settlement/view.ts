import type { Domain, NetworkParams, SettledTask, SettlementView, TaskId } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { Chain } from '../port/chain.ts';

/** What settlement needs of the engine. */
export interface TaskSource {
  /** Certified tasks past their dispute window whose nonce is not used on chain yet. */
  readonly settleable: () => readonly SettledTask[];
  /** The first-seen rule: whether this node saw the order no later than its seed block (protocol.md 0.12). */
  readonly isTimely: (taskId: TaskId, seedBlock: bigint) => boolean;
}

export interface SettlementContext {
  readonly domain: Domain;
  readonly params: Pick<NetworkParams, 'seedLagBlocks' | 'batchSlotBlocks'>;
  readonly chain: Pick<Chain, 'blockHash'>;
  readonly state: ChainView;
}

/** The protocol's view of the chain at the head of now, or undefined before the first sealed epoch. */
export const settlementViewOf = (
  { domain, params, chain, state }: SettlementContext,
  isTimely: TaskSource['isTimely'],
): SettlementView | undefined => {
  const head = state.head();
  const epoch = state.latestSnapshot()?.epoch;
  if (head === undefined || epoch === undefined) return undefined;
  const { index, headerDigest } = state.lastBatch();
  return {
    domain,
    seedLagBlocks: params.seedLagBlocks,
    nowSec: head.timestamp,
    lastIndex: index,
    lastHeaderDigest: headerDigest,
    baseFee: state.baseFee(),
    epoch,
    snapshot: state.snapshotOf,
    snapshotAt: state.snapshotAt,
    model: state.model,
    blockHash: chain.blockHash,
    accountOf: state.accountOf,
    escrowUnits: state.escrowUnits,
    isNonceUsed: state.isNonceUsed,
    isTimely,
  };
};
