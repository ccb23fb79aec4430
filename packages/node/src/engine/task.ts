import type {
  BlockHash,
  Bytes32,
  Certificate,
  Delivery,
  OrderMessage,
  OwnResult,
  RoundParams,
  RoundState,
  SeatMessage,
  Snapshot,
  TaskId,
  TimerName,
  Verified,
} from '@mlb/protocol';

/**
 * Where a task is. `agreed` has a certificate; `settleable` is past its dispute window; `posted` is in a batch on chain,
 * `settled` when that batch is past the challenge window; `failed` had no quorum and cannot be refunded before its
 * deadline; `refunded` is past its deadline and in no batch: the requester's money is free again.
 */
export type TaskPhase = 'admitted' | 'seeded' | 'agreed' | 'settleable' | 'posted' | 'settled' | 'failed' | 'refunded';

/** Unix milliseconds at which a task reached each step on this node. */
export interface TaskTimes {
  readonly admittedMs: number;
  readonly seededMs?: number;
  readonly executedMs?: number;
  readonly agreedMs?: number;
  readonly settledMs?: number;
  readonly failedMs?: number;
  readonly refundedMs?: number;
}

/** One seat of the committee and the snapshot row that fills it. */
export interface Seating {
  readonly params: RoundParams;
  /** What the seats were drawn from: receipts show it long after the chain view has let go of it. */
  readonly snapshot: Snapshot;
  readonly seedBlock: { readonly number: bigint; readonly hash: BlockHash };
  /** Snapshot row of each seat. */
  readonly rows: readonly number[];
  /** libp2p peer of each seat. */
  readonly peers: readonly string[];
}

/** The batch a task is in. */
export interface TaskSettlement {
  readonly index: bigint;
  /** L2 time of its block: the challenge window begins here. */
  readonly postedAtSec: bigint;
  /** Wei per million compute units it was charged at. */
  readonly baseFee: bigint;
  readonly transaction: Bytes32;
}

/** What an earlier life of the daemon left of a task. */
export interface RestoredSeat {
  readonly result: OwnResult | undefined;
  readonly signed: readonly SeatMessage[];
  readonly certificate: Certificate | undefined;
}

/** The shell's view of one task. Only the task's own queue changes it. */
export interface TaskRecord {
  readonly taskId: TaskId;
  readonly order: OrderMessage;
  readonly isOwn: boolean;
  phase: TaskPhase;
  times: TaskTimes;
  seating: Seating | undefined;
  round: RoundState | undefined;
  restored: RestoredSeat | undefined;
  certificate: Verified<Certificate> | undefined;
  delivery: Delivery | undefined;
  /** This seat has given the agreed output to the requester, or is trying to. */
  isDelivered: boolean;
  hasDissented: boolean;
  /** The posted batch that settled it. */
  settlement: TaskSettlement | undefined;
  /** This node's own execution. */
  executionMs: number | undefined;
  readonly timers: Map<TimerName | 'announce', () => void>;
}

export const createTask = (
  taskId: TaskId,
  order: OrderMessage,
  { isOwn, admittedMs }: { readonly isOwn: boolean; readonly admittedMs: number },
): TaskRecord => ({
  taskId,
  order,
  isOwn,
  phase: 'admitted',
  times: { admittedMs },
  seating: undefined,
  round: undefined,
  restored: undefined,
  certificate: undefined,
  delivery: undefined,
  isDelivered: false,
  hasDissented: false,
  settlement: undefined,
  executionMs: undefined,
  timers: new Map(),
});

export const cancelTimers = (task: TaskRecord): void => {
  for (const cancel of task.timers.values()) cancel();
  task.timers.clear();
};
