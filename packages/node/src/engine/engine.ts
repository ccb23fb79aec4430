import { type Address, isDisputed, isSettleable, type ResultStatement, type TaskId } from '@mlb/protocol';
import type { ChainObserver } from '../port/chain.ts';
import { createAdmission } from './admission.ts';
import { createCertificates } from './certificates.ts';
import { createChainWatch } from './chain-watch.ts';
import { createCommitteeMessages } from './committee-messages.ts';
import { createDeclineBudget } from './decline-budget.ts';
import { createDeclines } from './declines.ts';
import { createDeliveries } from './delivery.ts';
import type { EngineDeps } from './deps.ts';
import { createDriver } from './driver.ts';
import { createEvidence } from './evidence.ts';
import { launchExecution } from './execution-launch.ts';
import { createNotices } from './notices.ts';
import { pause } from './pause.ts';
import { createPerform } from './perform.ts';
import { createPerformRound } from './perform-round.ts';
import { restoreTasks } from './restore.ts';
import { createRounds, wasHeardAfter } from './rounds.ts';
import { createSeated } from './seated.ts';
import { createSerialQueue } from './serial-queue.ts';
import { cancelTimers, hasSeat, isAnnouncing, type TaskRecord } from './task.ts';
import { createTaskLife } from './task-life.ts';
import { createTaskLog } from './task-log.ts';
import { createTasks } from './tasks.ts';
import { createWorkload } from './workload.ts';

/** Follows every task of the network, takes part where this operator holds a seat. */
export interface Engine {
  /** Subscribes to the chain after the chain view. */
  readonly observer: ChainObserver;
  /** Reads back the tasks of an earlier life. Call before the chain and the network start. */
  readonly restore: () => Promise<void>;
  /** Admits, follows and gossips an own order. */
  readonly submit: (message: Uint8Array) => Promise<TaskRecord | { readonly refused: string }>;
  readonly task: (taskId: TaskId) => TaskRecord | undefined;
  readonly tasks: () => Iterable<TaskRecord>;
  /** Whether the certificate of a task's round is provisional: a dissent or an audit has opened the next one. */
  readonly isDisputed: (taskId: TaskId, round: number) => boolean;
  /** Whether this node first heard of the certificate of round 0 at its audit block or later. */
  readonly heardAfterAuditBlock: (taskId: TaskId, auditBlock: bigint) => boolean;
  /** Whether this node would itself settle the task on exactly this statement now; false of a task that it does not follow. */
  readonly isSettleable: (taskId: TaskId, statement: ResultStatement) => boolean;
  /** Sum of the maxFee of the requester's open orders. */
  readonly reservedWei: (requester: Address) => bigint;
  /** Called on every change of a task; returns how to stop. Observers only. */
  readonly onTask: (listener: (task: TaskRecord) => void) => () => void;
  /** Lets running rounds end or their time run out, takes nothing new. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const DRAIN_LOOK_MS = 100;

/** A seat in a round, a task that may yet give one, or one that has yet to tell of its certificate. */
const isBusy = (task: TaskRecord): boolean =>
  task.phase === 'admitted' ||
  ((task.phase === 'seeded' || task.phase === 'disputed') && hasSeat(task)) ||
  isAnnouncing(task);

/** Wires the rooms of the engine; see the files for what each does. */
export const createEngine = (deps: EngineDeps): Engine => {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  const queue = createSerialQueue();
  const tasks = createTasks();
  const log = createTaskLog(deps.store);
  const workload = createWorkload();
  const budget = createDeclineBudget(deps.store);
  const listeners = new Set<(task: TaskRecord) => void>();
  const onChanged = (task: TaskRecord): void => {
    for (const listener of listeners) listener(task);
  };
  let isDraining = false;

  const rooms = {
    ...{ tasks, log, signal, onChanged },
    driver: () => driver,
    rounds: () => rounds,
    messages: () => messages,
    notices: () => notices,
    certificates: () => certificates,
    deliveries: () => deliveries,
    evidence: () => evidence,
  };
  const perform = createPerform(deps, {
    ...rooms,
    round: createPerformRound(deps, rooms),
    declines: createDeclines(deps, { ...rooms, budget, workload, isDraining: () => isDraining }),
    launch: (task, round) => launchExecution(deps, driver, { task, round, workload, signal }),
  });
  const driver = createDriver(queue, perform, (task, error) => {
    deps.meter.count('mlb_dropped_total', { queue: 'task-error' });
    deps.log.error({ taskId: task.taskId, error: String(error) }, 'a task could not go on');
  });
  const seated = createSeated(deps, rooms);
  const rounds = createRounds(deps, {
    ...{ driver, onSeated: seated.onSeated, onChanged },
    restoredDeclines: (task) => notices.declinesOf(task),
  });
  const parts = { tasks, driver, log, signal, request: rounds.request };
  const messages = createCommitteeMessages(deps, parts);
  const certificates = createCertificates(deps, parts);
  const deliveries = createDeliveries(deps, { ...parts, onDelivered: onChanged });
  const notices = createNotices(deps, { ...parts, onTaken: seated.onNotice });
  const admission = createAdmission(deps, { tasks, log, onAdmitted: onChanged, isDraining: () => isDraining });
  const evidence = createEvidence(deps, deps.onEvidence);
  const life = createTaskLife(deps, { driver, log, forget: certificates.forget });
  const watch = createChainWatch(deps, {
    ...{ tasks, onChanged, open: life.open, close: life.close, advance: rounds.atHead },
    forget: (task) => log.forget(task.taskId),
  });

  return {
    observer: {
      ...watch,
      atHead: async () => {
        await admission.atHead();
        await watch.atHead?.();
      },
    },
    restore: async () => {
      await budget.load();
      await restoreTasks(tasks, log);
    },
    submit: async (message) => {
      const admitted = await admission.admitOwn(message);
      if (!('refused' in admitted)) await deps.gossip.publish('order', message);
      return admitted;
    },
    task: tasks.get,
    tasks: tasks.all,
    isDisputed: (taskId, round) => {
      const machine = tasks.get(taskId)?.machine;
      return machine !== undefined && isDisputed(machine.params, machine.state, round);
    },
    heardAfterAuditBlock: (taskId, auditBlock) => {
      const task = tasks.get(taskId);
      return task !== undefined && wasHeardAfter(task, auditBlock);
    },
    isSettleable: (taskId, statement) => {
      const machine = tasks.get(taskId)?.machine;
      return machine !== undefined && isSettleable(machine.params, machine.state, statement);
    },
    reservedWei: (requester) => tasks.openOf(requester).reservedWei,
    onTask: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    drain: async (deadline) => {
      isDraining = true;
      while ([...tasks.all()].some(isBusy) && !deadline.aborted) await pause(deps.clock, DRAIN_LOOK_MS, deadline);
    },
    stop: async () => {
      lifetime.abort();
      for (const task of tasks.all()) cancelTimers(task);
      await queue.idle();
    },
  };
};
