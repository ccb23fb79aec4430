import type {
  BatchProposal,
  Bytes32,
  Certificate,
  CommitteeSeat,
  FirstDraw,
  OrderMessage,
  OwnResult,
  RowSignature,
  SeatMessage,
  SettledTask,
  TaskEvent,
  TaskId,
  TaskParams,
  TaskState,
  TopicKind,
  Verified,
} from '@mlb/protocol';
import type { Block, Branch } from '../chain/chain.ts';
import type { FaultOf } from '../plan/fault.ts';
import type { StrategyName } from '../strategy/catalogue.ts';
import type { Conduct } from '../strategy/conduct.ts';
import type { Operator } from '../universe.ts';

/** What a node knows of one task. */
export interface TaskRecord {
  readonly taskId: TaskId;
  readonly message: OrderMessage;
  readonly seedBlock: bigint;
  /** Undefined until round 0 is seated. */
  machine: { readonly params: TaskParams; state: TaskState } | undefined;
  draw: FirstDraw | undefined;
  /** Seats of round 0 that declined. */
  readonly declined: Set<number>;
  readonly committees: Map<number, readonly CommitteeSeat[]>;
  /** Rounds that the machine waits for. */
  readonly wanted: Set<number>;
  readonly certificates: Map<number, Verified<Certificate>>;
  /** Head of this node when it first heard of a certificate of round 0. */
  certifiedAtBlock: bigint | undefined;
  /** Signatures of the fullest certificate that gossip has, by round. */
  readonly gossiped: Map<number, number>;
  /** Names of seat statements that were heard: `kind/round/seat`. */
  readonly heard: Set<string>;
  readonly disputed: Set<number>;
  isAuditDecided: boolean;
  settled: Omit<SettledTask, 'order'> | undefined;
  isRefundable: boolean;
}

export interface KnownProposal {
  readonly digest: Bytes32;
  readonly proposal: BatchProposal;
  data: Uint8Array | undefined;
  isAttested: boolean;
}

/** Gone with the process. */
export interface Memory {
  branch: Branch;
  head: Block;
  readonly tasks: Map<TaskId, TaskRecord>;
  /** What came ahead of its task or round. */
  readonly parkedFrames: Map<TaskId, SeatMessage[]>;
  readonly parkedGossip: Map<TaskId, { readonly kind: TopicKind; readonly bytes: Uint8Array; readonly from: number }[]>;
  /** Orders whose anchor this node's chain has not reached: gossip does not bring again what was ignored. */
  ordersAhead: readonly Uint8Array[];
  /** `requester/nonce` of every order taken. */
  readonly nonces: Set<string>;
  readonly evidence: Set<string>;
  /** Frames that this life heard on its present chain. */
  readonly frames: Set<string>;
  /** What a replaying peer repeated already. */
  readonly echoed: Set<string>;
  readonly proposals: Map<string, KnownProposal>;
  /** Header digest to signatures by row. */
  readonly attestations: Map<string, Map<number, RowSignature>>;
  lastProposedSlot: bigint;
}

/** What a node wrote down about one round. */
export interface SavedRound {
  result: OwnResult | undefined;
  readonly signed: SeatMessage[];
}

/** Survives a crash; a torn store keeps orders and the guard only. */
export interface Disk {
  readonly guard: Map<string, Bytes32>;
  readonly orders: Map<TaskId, { readonly message: OrderMessage; readonly seedBlock: bigint }>;
  /** By `taskId/round`. */
  rounds: Map<string, SavedRound>;
  events: Map<TaskId, SavedEvent[]>;
}

/** An event that a machine must hear again after a restart; a `seated` holds for the beacon it was drawn with only. */
export interface SavedEvent {
  readonly event: TaskEvent;
  readonly beacon: Pick<Block, 'number' | 'hash'> | undefined;
  /** Head of the node when it came. */
  readonly headBlock: bigint;
}

/** One operator's daemon. */
export interface Node {
  readonly index: number;
  readonly operator: Operator;
  readonly strategy: StrategyName | undefined;
  readonly conduct: Conduct;
  readonly skewMs: number;
  readonly disk: Disk;
  /** What a dishonest operator did once and does not do again. */
  readonly said: Set<string>;
  /** Crashes to come, the next one first. */
  readonly crashes: FaultOf<'crash'>[];
  memory: Memory;
  life: number;
  isUp: boolean;
  effectsUntilCrash: number;
}

export const emptyMemory = (branch: Branch, head: Block): Memory => ({
  ...{
    branch,
    head,
    tasks: new Map(),
    parkedFrames: new Map(),
    parkedGossip: new Map(),
    ordersAhead: [],
    nonces: new Set(),
  },
  ...{
    evidence: new Set(),
    frames: new Set(),
    echoed: new Set(),
    proposals: new Map(),
    attestations: new Map(),
    lastProposedSlot: -1n,
  },
});

export const emptyDisk = (): Disk => ({ guard: new Map(), orders: new Map(), rounds: new Map(), events: new Map() });

export const createTaskRecord = (taskId: TaskId, message: OrderMessage, seedBlock: bigint): TaskRecord => ({
  ...{ taskId, message, seedBlock, machine: undefined, draw: undefined, declined: new Set(), committees: new Map() },
  ...{
    wanted: new Set(),
    certificates: new Map(),
    gossiped: new Map(),
    heard: new Set(),
    disputed: new Set(),
    isAuditDecided: false,
  },
  ...{ settled: undefined, isRefundable: false, certifiedAtBlock: undefined },
});

/** The hash of a block as this node sees its chain. */
export const blockAt = ({ memory: { branch, head } }: Node, number: bigint): Block | undefined =>
  number <= head.number ? branch[Number(number)] : undefined;

export const isHonest = ({ strategy }: Node): boolean => strategy === undefined;
