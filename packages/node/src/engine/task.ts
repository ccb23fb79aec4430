import {
  AUDIT_ROUND,
  type BlockHash,
  type Bytes32,
  type Certificate,
  type CertifiedVerdict,
  type CommitteeSeat,
  type Delivery,
  type FirstDraw,
  isDisputed,
  type OrderMessage,
  type RoundParams,
  type SeatSignature,
  type Snapshot,
  type TaskId,
  type TaskParams,
  type TaskState,
  type Verified,
} from '@mlb/protocol';
import type { LoggedTask } from './task-log.ts';

/**
 * Where a task is. `agreed` has a certificate; `disputed` has one that a dissent or an audit made provisional, and waits
 * for the next round's; `settleable` is past its dispute window; `posted` is in a batch on chain, `settled` when that
 * batch is past the challenge window; `failed` had no quorum in any round and cannot be refunded before its deadline;
 * `refunded` is past its deadline and in no batch: the requester's money is free again.
 */
export type TaskPhase =
  | 'admitted'
  | 'seeded'
  | 'agreed'
  | 'disputed'
  | 'settleable'
  | 'posted'
  | 'settled'
  | 'failed'
  | 'refunded';

/** Unix milliseconds at which a task reached each step on this node. */
export interface TaskTimes {
  readonly admittedMs: number;
  readonly seededMs?: number;
  readonly executedMs?: number;
  readonly agreedMs?: number;
  readonly disputedMs?: number;
  readonly settledMs?: number;
  readonly failedMs?: number;
  readonly refundedMs?: number;
}

/** Who sits in one round: the drawn committee, or from round 1 on the union of all that were drawn so far. */
export interface Seating {
  readonly params: RoundParams;
  /** What the seats were drawn from: receipts show it long after the chain view has let go of it. */
  readonly snapshot: Snapshot;
  readonly seedBlock: { readonly number: bigint; readonly hash: BlockHash };
  /** All seats with their snapshot rows. */
  readonly committee: readonly CommitteeSeat[];
  /** libp2p peer of each seat; empty for one that cannot be reached. */
  readonly peers: readonly string[];
  /** Round 0: who was drawn, and who takes each seat when its drawn operator declines. */
  readonly firstDraw: FirstDraw | undefined;
}

/** What a batch needs of a task past its dispute window. */
export interface SettleableResult {
  readonly certificate: Certificate;
  readonly declines: readonly SeatSignature[];
  readonly audit: Certificate | undefined;
  readonly verdict: CertifiedVerdict | undefined;
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

/** The shell's view of one task. Only the task's own queue changes it. */
export interface TaskRecord {
  readonly taskId: TaskId;
  readonly order: OrderMessage;
  readonly isOwn: boolean;
  phase: TaskPhase;
  times: TaskTimes;
  /** By round; AUDIT_ROUND too. */
  readonly seatings: Map<number, Seating>;
  /** Rounds to be opened, which wait for their seed block. */
  readonly awaited: Set<number>;
  machine: { readonly params: TaskParams; readonly state: TaskState } | undefined;
  /** What an earlier life of the daemon left. */
  restored: LoggedTask | undefined;
  /** By round, the fullest heard or made. */
  readonly certificates: Map<number, Verified<Certificate>>;
  /** The latest round's that is not an audit: the one that counts. */
  readonly certificate: Verified<Certificate> | undefined;
  /** Of the round that counts: the certificate's, or the last one that was drawn. */
  readonly seating: Seating | undefined;
  /** Rounds whose certificate is provisional. */
  readonly disputed: Set<number>;
  settleable: SettleableResult | undefined;
  /** No round can decide any more. */
  hasFailed: boolean;
  isAuditDecided: boolean;
  /** The head when this node first held a certificate of round 0. */
  certifiedAtBlock: bigint | undefined;
  delivery: Delivery | undefined;
  /** Rounds whose agreed output this seat has given to the requester, or is trying to. */
  readonly delivered: Set<number>;
  hasDissented: boolean;
  /** The posted batch that settled it. */
  settlement: TaskSettlement | undefined;
  /** This node's own execution. */
  executionMs: number | undefined;
  /** Running ones, by `round/name`. */
  readonly timers: Map<string, () => void>;
}

/** Of the highest round below AUDIT_ROUND. */
const ofLastRound = <T>(byRound: ReadonlyMap<number, T>): T | undefined => {
  const rounds = [...byRound.keys()].filter((round) => round < AUDIT_ROUND);
  return byRound.get(Math.max(...rounds));
};

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
  seatings: new Map(),
  awaited: new Set(),
  machine: undefined,
  restored: undefined,
  certificates: new Map(),
  get certificate() {
    return ofLastRound(this.certificates);
  },
  get seating() {
    const { certificate } = this;
    return certificate === undefined ? ofLastRound(this.seatings) : this.seatings.get(certificate.statement.round);
  },
  disputed: new Set(),
  settleable: undefined,
  hasFailed: false,
  isAuditDecided: false,
  certifiedAtBlock: undefined,
  delivery: undefined,
  delivered: new Set(),
  hasDissented: false,
  settlement: undefined,
  executionMs: undefined,
  timers: new Map(),
});

export const cancelTimers = (task: TaskRecord): void => {
  for (const cancel of task.timers.values()) cancel();
  task.timers.clear();
};

const isOnChainOrOver = ({ phase }: TaskRecord): boolean =>
  phase === 'posted' || phase === 'settled' || phase === 'refunded';

const agreedPhaseOf = ({ certificate, settleable, machine }: TaskRecord): TaskPhase => {
  const round = certificate?.statement.round;
  if (round === undefined) return 'seeded';
  // Not what was once told: a late audit certificate may clear a dispute.
  if (machine !== undefined && isDisputed(machine.params, machine.state, round)) return 'disputed';
  return settleable?.certificate.statement.round === round ? 'settleable' : 'agreed';
};

/** Where the rounds have brought a task, whatever the chain says of it. */
export const phaseOfRounds = (task: TaskRecord): TaskPhase => {
  if (task.hasFailed) return 'failed';
  return task.seatings.size === 0 ? 'admitted' : agreedPhaseOf(task);
};

/** When each phase was first reached. */
const TIME_OF: Partial<Record<TaskPhase, keyof TaskTimes>> = {
  seeded: 'seededMs',
  agreed: 'agreedMs',
  disputed: 'disputedMs',
  failed: 'failedMs',
};

/** Follows the rounds, unless the chain has the last word already. Returns whether the phase is another one now. */
export const followRounds = (task: TaskRecord, nowMs: number): boolean => {
  const next = phaseOfRounds(task);
  if (isOnChainOrOver(task) || next === task.phase) return false;
  task.phase = next;
  const time = TIME_OF[next];
  if (time !== undefined) task.times = { ...task.times, [time]: task.times[time] ?? nowMs };
  return true;
};

/** Whether this operator sits in any round of the task. */
export const hasSeat = ({ seatings }: TaskRecord): boolean =>
  [...seatings.values()].some(({ params }) => params.mySeat !== undefined);

/** Whether a certificate or verdict of this seat waits to be gossiped. */
export const isAnnouncing = ({ timers }: TaskRecord): boolean =>
  [...timers.keys()].some((name) => name.endsWith('/announce') || name.endsWith('/judged'));
