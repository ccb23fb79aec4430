import type { Domain } from '../message/domain.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { Address, BlockHash, Bytes32, ModelId, TaskId } from '../primitives/hex.ts';
import type { FoldParams, FoldSource, SettlementFold } from './fold-state.ts';

/** What settlement needs of a model's record. */
export interface PricedModel {
  readonly provider: Address;
  /** Of one inference. */
  readonly priceWei: bigint;
  /** Of one inference. */
  readonly computeUnits: number;
  /** 0 exact (also when undefined), 1 tolerance: what a verdict may hold against an executor. */
  readonly mode?: number;
}

/**
 * The chain's state as one attester sees it, at one canonical head. All functions are pure look-ups; undefined means
 * unknown to us, which our own lag may explain.
 */
export interface SettlementView {
  readonly domain: Domain;
  readonly seedLagBlocks: number;
  /** Timestamp of the head block. */
  readonly nowSec: bigint;
  /** The last batch on chain: index 0 and a zero digest before the first. */
  readonly lastIndex: bigint;
  readonly lastHeaderDigest: Bytes32;
  /** Wei per million compute units, where there is no fold. */
  readonly baseFee: bigint;
  /** The last sealed epoch. */
  readonly epoch: bigint;
  readonly snapshot: (epoch: bigint) => Snapshot | undefined;
  /** Snapshot of the last epoch sealed at or before this block. */
  readonly snapshotAt: (block: bigint) => Snapshot | undefined;
  readonly model: (modelId: ModelId) => PricedModel | undefined;
  readonly blockHash: (block: bigint) => BlockHash | undefined;
  /** Account of the Escrow. */
  readonly accountOf: (owner: Address) => number | undefined;
  /** What the chain would let a batch debit from the account's escrow lane. */
  readonly escrowUnits: (account: number) => bigint;
  readonly isNonceUsed: (account: number, nonce: bigint) => boolean;
  /** The first-seen rule: whether we saw the order no later than its seed block (protocol.md 0.12). */
  readonly isTimely: (taskId: TaskId, seedBlock: bigint) => boolean;
  /** Whether the order was forced on chain (TaskInbox): then the chain vouches for it instead of a signature. */
  readonly isForced?: (taskId: TaskId) => boolean;
  /** Of NetworkParams. Undefined: later rounds are not settled. */
  readonly roundBlocks?: number;
  /** Of NetworkParams. Undefined: audits are not asked for. */
  readonly auditLagBlocks?: number;
  /** Whether we first heard of the task's certificate of round 0 at or after its audit block. Undefined: not asked. */
  readonly heardAfterAuditBlock?: (taskId: TaskId, auditBlock: bigint) => boolean;
  /** Whether we know a dissent, or a failed audit, that makes the certificate of this round provisional. */
  readonly isDisputed?: (taskId: TaskId, round: number) => boolean;
  /**
   * Whether our own task machine calls exactly this statement settleable: the latest certified round, its dispute window
   * over, undisputed. A certificate that we hear of in a leaf is none of it until it went through the machine, which gives
   * its honest seats their time to object. Undefined: not asked.
   */
  readonly isSettleable?: (taskId: TaskId, statement: ResultStatement) => boolean;
  /** Whether we know a certified verdict of this round: a batch that leaves it out would hide somebody's fault. */
  readonly hasVerdict?: (taskId: TaskId, round: number) => boolean;
  /** Of all batches up to `lastIndex`. Undefined: roots stay zero and the base fee is `baseFee`. */
  readonly fold?: { readonly state: SettlementFold; readonly params: FoldParams };
}

/** What the view's fold reads of the chain. */
export const foldSourceOf = (
  { domain, snapshot, model }: SettlementView,
  secp256k1: FoldSource['secp256k1'],
  params: FoldParams,
): FoldSource => ({ params, domain, secp256k1, snapshot, modelMode: (modelId) => model(modelId)?.mode });
