import { verifyCertificate } from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createTask, type TaskRecord } from './task.ts';
import type { LoggedTask, TaskLog } from './task-log.ts';
import type { Tasks } from './tasks.ts';

const revive = (logged: LoggedTask): TaskRecord => {
  const { taskId, order, isOwn, firstSeenMs, delivery, failedAtMs, result, signed, certificate } = logged;
  const task = createTask(taskId, order, { isOwn, admittedMs: firstSeenMs });
  task.delivery = delivery;
  task.restored = { result, signed, certificate };
  if (failedAtMs === undefined || certificate !== undefined) return task;
  task.phase = 'failed';
  task.times = { ...task.times, failedMs: failedAtMs };
  return task;
};

/**
 * Puts the tasks of an earlier life back as admitted, or failed: the chain seats them again, the round continues from
 * what was computed and signed.
 */
export const restoreTasks = async (tasks: Tasks, log: TaskLog): Promise<void> => {
  for (const logged of await log.load()) tasks.add(revive(logged));
};

/** Feeds back the certificate of an earlier life, checked again: a disk is not a proof. */
export const restoreCertificate = async (
  { domain, secp256k1, log }: EngineDeps,
  driver: Driver,
  task: TaskRecord,
): Promise<void> => {
  const certificate = task.restored?.certificate;
  if (task.seating === undefined || certificate === undefined) return;
  const checked = verifyCertificate({ domain, secp256k1, seats: task.seating.params.seats, certificate });
  if (typeof checked === 'string') {
    log.warn(
      { taskId: task.taskId, code: checked },
      'a stored certificate does not hold for the committee of this chain',
    );
    task.delivery = undefined;
    return;
  }
  await driver.dispatch(task, { type: 'certificate', certificate: checked });
};
