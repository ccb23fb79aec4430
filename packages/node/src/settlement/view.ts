import type {
  Domain,
  FoldParams,
  NetworkParams,
  ResultStatement,
  SettledTask,
  SettlementView,
  TaskId,
} from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { Chain } from '../port/chain.ts';
import type { FoldKeeper } from './fold-keeper.ts';

/** What settlement needs of the engine. */
export interface TaskSource {
  /** Certified tasks past their dispute window whose nonce is not used on chain yet. */
  readonly settleable: () => readonly SettledTask[];
  /** The first-seen rule: whether this node saw the order no later than its seed block (protocol.md 0.12). */
  readonly isTimely: (taskId: TaskId, seedBlock: bigint) => boolean;
  /** Whether this node knows why the certificate of this round is provisional: a dissent, or an audit that failed. */
  readonly isDisputed: (taskId: TaskId, round: number) => boolean;
  /** Whether this node would itself settle the task on exactly this statement now. */
  readonly isSettleable: (taskId: TaskId, statement: ResultStatement) => boolean;
  /** Whether this node first heard of the certificate of round 0 at its audit block or later: then it wants an audit. */
  readonly heardAfterAuditBlock: (taskId: TaskId, auditBlock: bigint) => boolean;
  /** Whether this node knows a certified verdict of this round. */
  readonly hasVerdict: (taskId: TaskId, round: number) => boolean;
}

export interface SettlementContext {
  readonly domain: Domain;
  readonly params: Pick<NetworkParams, 'seedLagBlocks' | 'roundBlocks' | 'auditLagBlocks'> & FoldParams;
  readonly chain: Pick<Chain, 'blockHash'>;
  readonly state: ChainView;
  /** Undefined: roots and base fee are not told. */
  readonly fold?: Pick<FoldKeeper, 'current' | 'idle'>;
}

/** The protocol's view of the chain at the head of now, or undefined before the first sealed epoch. */
export const settlementViewOf = (
  { domain, params, chain, state, fold }: SettlementContext,
  { isTimely, isDisputed, isSettleable, heardAfterAuditBlock, hasVerdict }: Omit<TaskSource, 'settleable'>,
): SettlementView | undefined => {
  const head = state.head();
  const epoch = state.latestSnapshot()?.epoch;
  if (head === undefined || epoch === undefined) return undefined;
  const { index, headerDigest } = state.lastBatch();
  return {
    domain,
    seedLagBlocks: params.seedLagBlocks,
    roundBlocks: params.roundBlocks,
    auditLagBlocks: params.auditLagBlocks,
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
    isDisputed,
    isSettleable,
    heardAfterAuditBlock,
    hasVerdict,
    ...(fold === undefined ? {} : { fold: { state: fold.current(), params } }),
    isForced: (taskId) => state.forcedTask(taskId) !== undefined,
  };
};
