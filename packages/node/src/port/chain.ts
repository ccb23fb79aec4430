import type {
  Address,
  BatchHeader,
  BlockHash,
  Bytes32,
  ModelId,
  OperatorEvent,
  TaskId,
  TaskOrder,
} from '@mlb/protocol';

export interface BlockRef {
  readonly number: bigint;
  readonly hash: BlockHash;
  readonly parentHash: BlockHash;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** What the contracts told, in the node's own words. One log, one event. Amounts in wei unless the name says units. */
export type ChainEvent =
  | OperatorEvent
  | {
      readonly type: 'slashed';
      readonly operator: Address;
      readonly amountWei: bigint;
      readonly bps: number;
      readonly reporter: Address;
    }
  | {
      readonly type: 'model-registered';
      readonly modelId: ModelId;
      readonly provider: Address;
      readonly providerPeerKey: Bytes32;
      readonly cid: string;
      readonly sha256: Bytes32;
      readonly sizeBytes: number;
      readonly name: string;
      readonly priceWei: bigint;
      readonly computeUnits: number;
      readonly mode: number;
      readonly atolE9: bigint;
      readonly rtolE9: bigint;
      readonly engine: string;
    }
  | { readonly type: 'model-status'; readonly modelId: ModelId; readonly active: boolean }
  | { readonly type: 'account-opened'; readonly account: number; readonly owner: Address }
  | { readonly type: 'deposited'; readonly account: number; readonly units: bigint }
  | {
      readonly type: 'withdrawal-requested';
      readonly kind: number;
      readonly account: number;
      readonly units: bigint;
      readonly readyAtSec: bigint;
    }
  | { readonly type: 'withdrawn'; readonly kind: number; readonly account: number; readonly units: bigint }
  | {
      readonly type: 'batch-posted';
      readonly index: bigint;
      readonly headerDigest: Bytes32;
      readonly certificateHash: Bytes32;
      readonly header: BatchHeader;
      readonly deltas: Uint8Array;
      readonly nullifiers: Uint8Array;
      readonly transaction: Bytes32;
    }
  | { readonly type: 'batch-reverted'; readonly index: bigint; readonly movements: ChainMovements }
  | { readonly type: 'nonces-freed'; readonly index: bigint; readonly nullifiers: Uint8Array }
  /** The first `punished` signers of a reverted batch have paid. */
  | { readonly type: 'signers-slashed'; readonly index: bigint; readonly punished: number }
  | {
      readonly type: 'data-challenged';
      readonly index: bigint;
      /** keccak256(abi.encode(headerDigest, certificateHash)). */
      readonly commit: Bytes32;
      readonly part: BatchPart;
      readonly place: number;
      readonly challenger: Address;
      readonly deadlineSec: bigint;
    }
  | {
      readonly type: 'data-answered';
      readonly commit: Bytes32;
      readonly part: BatchPart;
      readonly place: number;
      readonly transaction: Bytes32;
    }
  | {
      readonly type: 'task-forced';
      readonly taskId: TaskId;
      readonly order: TaskOrder;
      readonly inlineInput: Uint8Array;
    }
  | { readonly type: 'task-closed'; readonly taskId: TaskId; readonly isSettled: boolean }
  | {
      readonly type: 'item-settled';
      readonly taskId: Bytes32;
      readonly movements: ChainMovements;
      readonly nullifiers: Uint8Array;
    }
  | { readonly type: 'base-fee-set'; readonly baseFee: bigint };

/** What a data challenge asks for: a leaf of the batch, or a row of its ledger. */
export type BatchPart = 'leaf' | 'row';

/** What Settlement applied to the Escrow, or took back. */
export interface ChainMovements {
  /** 13-byte rows (protocol's batch/deltas.ts). */
  readonly deltas: Uint8Array;
  readonly treasuryUnits: bigint;
  readonly burnUnits: bigint;
}

/** One canonical block with its events in log order. */
export interface ChainBlock {
  readonly ref: BlockRef;
  readonly events: readonly ChainEvent[];
}

/**
 * A subscriber of the canonical chain, called strictly in order: a block's `apply` ends before the next one begins. After
 * `rollback` the next block is above the ancestor. Blocks are consecutive, except that a node catching up is not shown
 * those that are both deeper than what it keeps and without events.
 */
export interface ChainObserver {
  readonly apply: (block: ChainBlock) => void | Promise<void>;
  /** Undo every block above `ancestor`. */
  readonly rollback: (ancestor: bigint) => void | Promise<void>;
  /**
   * All observers have everything up to the L2's head of now: the moment to act on it. Not called for the past that is
   * replayed after a start, nor in the middle of catching up.
   */
  readonly atHead?: () => void | Promise<void>;
}

/** Reading side of the L2. Throws ChainError (CHAIN_UNREACHABLE, WRONG_CHAIN). */
export interface Chain {
  readonly chainId: number;
  readonly head: () => BlockRef;
  /** Hash of a canonical block among those kept (at least the last 512), or undefined: unknown or not yet. */
  readonly blockHash: (number: bigint) => BlockHash | undefined;
  /** The same block with its time. */
  readonly block: (number: bigint) => BlockRef | undefined;
}
