import type { Address, TaskId } from '@mlb/protocol';
import type { ChainObserver } from '../port/chain.ts';
import { createAdmission } from './admission.ts';
import { createCertificates } from './certificates.ts';
import { createChainWatch } from './chain-watch.ts';
import { createCommitteeMessages } from './committee-messages.ts';
import { createDeliveries } from './delivery.ts';
import type { EngineDeps } from './deps.ts';
import { createDriver } from './driver.ts';
import { createEvidence } from './evidence.ts';
import { launchExecution } from './execution-launch.ts';
import { pause } from './pause.ts';
import { createPerform } from './perform.ts';
import { restoreCertificate, restoreTasks } from './restore.ts';
import { createSerialQueue } from './serial-queue.ts';
import { signedBefore } from './signed-before.ts';
import { cancelTimers, type TaskRecord } from './task.ts';
import { createTaskLog } from './task-log.ts';
import { createTasks } from './tasks.ts';

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
  /** Sum of the maxFee of the requester's open orders. */
  readonly reservedWei: (requester: Address) => bigint;
  /** Called on every change of a task; returns how to stop. Observers only. */
  readonly onTask: (listener: (task: TaskRecord) => void) => () => void;
  /** Lets running rounds end or their time run out, takes nothing new. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const DRAIN_LOOK_MS = 100;

/** A seat in a round, or one that has yet to tell of its certificate. */
const isBusy = ({ phase, seating, timers }: TaskRecord): boolean =>
  (phase === 'seeded' && seating?.params.mySeat !== undefined) || timers.has('announce');

/** Wires the rooms of the engine; see the files for what each does. */
export const createEngine = (deps: EngineDeps): Engine => {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  const queue = createSerialQueue();
  const tasks = createTasks();
  const log = createTaskLog(deps.store);
  const listeners = new Set<(task: TaskRecord) => void>();
  const onChanged = (task: TaskRecord): void => {
    for (const listener of listeners) listener(task);
  };

  const perform = createPerform(deps, {
    log,
    driver: () => driver,
    messages: () => messages,
    certificates: () => certificates,
    deliveries: () => deliveries,
    evidence: () => evidence,
    onChanged,
  });
  const driver = createDriver(queue, perform, (task, error) => {
    deps.meter.count('mlb_dropped_total', { queue: 'task-error' });
    deps.log.error({ taskId: task.taskId, error: String(error) }, 'a task could not go on');
  });
  const messages = createCommitteeMessages(deps, { tasks, driver, signal });
  const certificates = createCertificates(deps, { tasks, driver });
  const deliveries = createDeliveries(deps, { tasks, driver, log, signal, onDelivered: onChanged });
  let isDraining = false;
  const admission = createAdmission(deps, { tasks, log, onAdmitted: onChanged, isDraining: () => isDraining });
  const evidence = createEvidence(deps);

  const onSeated = async (task: TaskRecord): Promise<void> => {
    await driver.open(task);
    onChanged(task);
    const isSeat = task.phase === 'seeded' && task.seating?.params.mySeat !== undefined;
    if (isSeat && task.restored?.result === undefined) launchExecution(deps, driver, { task, signal });
    for (const message of isSeat ? signedBefore(task) : []) messages.broadcast(task, message);
    await restoreCertificate(deps, driver, task);
    await messages.release(task);
    await deliveries.release(task);
    await certificates.release(task);
  };

  const unseat = async (task: TaskRecord): Promise<void> => {
    await driver.close(task);
    task.certificate = undefined;
    task.delivery = undefined;
    task.isDelivered = false;
    task.hasDissented = false;
    certificates.forget(task);
  };

  const watch = createChainWatch(deps, {
    tasks,
    onSeated,
    unseat,
    onChanged,
    isDraining: () => isDraining,
    forget: (task) => log.forget(task.taskId),
  });

  return {
    observer: {
      ...watch,
      atHead: async () => {
        admission.atHead();
        await watch.atHead?.();
      },
    },
    restore: () => restoreTasks(tasks, log),
    submit: async (message) => {
      const admitted = await admission.admitOwn(message);
      if (!('refused' in admitted)) await deps.gossip.publish('order', message);
      return admitted;
    },
    task: tasks.get,
    tasks: tasks.all,
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
