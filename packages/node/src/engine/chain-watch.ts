import { AUDIT_ROUND } from '@mlb/protocol';
import type { ChainBlock, ChainObserver } from '../port/chain.ts';
import type { EngineDeps } from './deps.ts';
import { seedBlockOfRound } from './seating.ts';
import { cancelTimers, phaseOfRounds, type TaskRecord, type TaskSettlement } from './task.ts';
import type { Tasks } from './tasks.ts';

/** How long a stranger's ended task is kept: longer than any reorg we follow. */
const KEEP_ENDED_MS = 10 * 60_000;
/** Own ended tasks that are kept for their results and receipts. */
const KEEP_OWN_TASKS = 10_000;

export interface ChainWatchParts {
  readonly tasks: Tasks;
  /** Its first seed block is there: begins it. */
  readonly open: (task: TaskRecord) => Promise<void>;
  /** Opens the rounds that are due, and decides about its audit. */
  readonly advance: (task: TaskRecord) => Promise<void>;
  /** A seed block of its, above `ancestor`, is not of this chain any more. */
  readonly close: (task: TaskRecord, ancestor: bigint) => Promise<void>;
  readonly onChanged: (task: TaskRecord) => void;
  readonly forget: (task: TaskRecord) => Promise<void>;
}

/** What a new block, or its disappearance, means for the tasks a node follows. Runs after the chain view has folded it. */
export const createChainWatch = (deps: EngineDeps, parts: ChainWatchParts): ChainObserver => {
  /** What the requester signed is no more on this chain: it can never be settled. */
  const isOrphaned = ({ order }: TaskRecord): boolean => {
    const { anchorBlock, anchorHash } = order.order.body;
    return (deps.chain.blockHash(anchorBlock) ?? anchorHash) !== anchorHash;
  };

  const begin = async (task: TaskRecord): Promise<void> => {
    if (deps.chain.blockHash(seedBlockOfRound(deps, task, 0)) === undefined) return;
    if (!isOrphaned(task)) await parts.open(task);
    if (task.machine !== undefined || task.phase !== 'admitted') return;
    task.hasFailed = true;
    task.phase = 'failed';
    task.times = { ...task.times, failedMs: deps.clock.nowMs() };
    parts.onChanged(task);
  };

  const isNonceUsed = ({ order }: TaskRecord): boolean => {
    const { requester, nonce } = order.order.body;
    const account = deps.view.accountOf(requester);
    return account !== undefined && deps.view.isNonceUsed(account, nonce);
  };

  const post = (task: TaskRecord, batch: TaskSettlement): void => {
    if (task.phase === 'posted' || task.phase === 'settled' || !isNonceUsed(task)) return;
    task.phase = 'posted';
    task.settlement = batch;
    parts.onChanged(task);
  };

  /** Past the window nobody can revert the batch any more. */
  const settle = (task: TaskRecord, nowSec: bigint): void => {
    const windowSec = BigInt(deps.params.challengeWindowSec);
    if (task.phase !== 'posted' || task.settlement === undefined) return;
    if (nowSec < task.settlement.postedAtSec + windowSec) return;
    task.phase = 'settled';
    task.times = { ...task.times, settledMs: deps.clock.nowMs() };
    parts.onChanged(task);
  };

  const unpost = (task: TaskRecord): void => {
    if (task.phase !== 'posted' && task.phase !== 'settled') return;
    task.phase = phaseOfRounds(task);
    task.settlement = undefined;
    parts.onChanged(task);
  };

  /** Proven on chain leaf by leaf: nobody can revert it. */
  const settleAlone = (task: TaskRecord): void => {
    task.phase = 'settled';
    task.times = { ...task.times, settledMs: deps.clock.nowMs() };
    cancelTimers(task);
    parts.onChanged(task);
  };

  const refund = (task: TaskRecord, timestamp: bigint): void => {
    const isOver = task.phase === 'posted' || task.phase === 'settled' || task.phase === 'refunded';
    if (isOver || timestamp <= task.order.order.body.deadline) return;
    task.phase = 'refunded';
    task.times = { ...task.times, refundedMs: deps.clock.nowMs() };
    cancelTimers(task);
    parts.onChanged(task);
  };

  const prune = async (): Promise<void> => {
    const ended = [...parts.tasks.all()].filter(({ phase }) => phase === 'settled' || phase === 'refunded');
    const endedMs = ({ times }: TaskRecord): number => times.settledMs ?? times.refundedMs ?? deps.clock.nowMs();
    const old = ended.filter((task) => !task.isOwn && deps.clock.nowMs() - endedMs(task) >= KEEP_ENDED_MS);
    const own = ended.filter(({ isOwn }) => isOwn);
    for (const task of [...old, ...own.slice(0, Math.max(0, own.length - KEEP_OWN_TASKS))]) {
      parts.tasks.remove(task);
      await parts.forget(task);
    }
  };

  const apply = async ({ ref, events }: ChainBlock): Promise<void> => {
    const batches = events.filter((event) => event.type === 'batch-posted');
    const reverted = new Set(events.flatMap((event) => (event.type === 'batch-reverted' ? [event.index] : [])));
    const alone = new Set(events.flatMap((event) => (event.type === 'item-settled' ? [event.taskId as string] : [])));
    for (const task of [...parts.tasks.all()]) {
      for (const { index, header, transaction } of batches) {
        post(task, { index, baseFee: header.baseFee, transaction, postedAtSec: ref.timestamp });
      }
      if (task.settlement !== undefined && reverted.has(task.settlement.index)) unpost(task);
      if (alone.has(task.taskId)) settleAlone(task);
      settle(task, ref.timestamp);
      refund(task, ref.timestamp);
    }
    await prune();
  };

  /** Begins and advances what is due. At the head only: the committees of a replayed past have long met. */
  const atHead = async (): Promise<void> => {
    const head = deps.chain.head();
    for (const task of [...parts.tasks.all()]) {
      const isDue = task.machine === undefined && seedBlockOfRound(deps, task, 0) <= head.number;
      // A failed task may yet be agreed: a certificate is objective. Own ones are looked at for their receipts.
      if (isDue && (task.phase === 'admitted' || task.phase === 'failed' || task.isOwn)) await begin(task);
      await parts.advance(task);
    }
  };

  /** A seed block of its is gone: all rounds are drawn again. What was signed stays signed; the guard refuses a second value. */
  const reopen = async (task: TaskRecord, ancestor: bigint): Promise<void> => {
    await parts.close(task, ancestor);
    task.phase = 'admitted';
    task.times = { admittedMs: task.times.admittedMs };
    parts.onChanged(task);
  };

  const rollback = async (ancestor: bigint): Promise<void> => {
    for (const task of [...parts.tasks.all()]) {
      unpost(task);
      const isGone = [...task.seatings.values()].some(({ seedBlock }) => seedBlock.number > ancestor);
      const isAuditGone = task.isAuditDecided && seedBlockOfRound(deps, task, AUDIT_ROUND) > ancestor;
      if (task.phase !== 'refunded' && (isGone || isAuditGone)) await reopen(task, ancestor);
    }
  };

  return { apply, atHead, rollback };
};
