import { dutyOf, type SeatMessage, type TaskMemory, verifyCertificate } from '@mlb/protocol';
import { eventOfMessage } from './committee-messages.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createTask, type TaskRecord } from './task.ts';
import type { LoggedTask, TaskLog } from './task-log.ts';
import type { Tasks } from './tasks.ts';

const revive = (logged: LoggedTask): TaskRecord => {
  const { taskId, order, isOwn, firstSeenMs, delivery, failedAtMs } = logged;
  const task = createTask(taskId, order, { isOwn, admittedMs: firstSeenMs });
  task.delivery = delivery;
  task.restored = logged;
  if (failedAtMs === undefined) return task;
  task.hasFailed = true;
  task.phase = 'failed';
  task.times = { ...task.times, failedMs: failedAtMs };
  return task;
};

/**
 * Puts the tasks of an earlier life back as admitted, or failed: the chain seats them again, their rounds continue from
 * what was computed, signed and heard.
 */
export const restoreTasks = async (tasks: Tasks, log: TaskLog): Promise<void> => {
  for (const logged of await log.load()) tasks.add(revive(logged));
};

/** What the machine of a task needs of an earlier life; everything else comes back as events when its round is seated. */
export const memoryOf = ({ restored }: TaskRecord): TaskMemory | undefined =>
  restored && {
    rounds: [...restored.rounds].map(([round, { result, signed, agreed }]) => ({
      round,
      memory: { result, signedOwn: signed.filter(({ type }) => type !== 'verdict-vote'), agreed },
    })),
    events: [],
  };

/** Own statements of an earlier life. After a reorg we may sit elsewhere: what we said for another seat is of no use. */
export const signedBefore = ({ restored, seatings }: TaskRecord, round: number): readonly SeatMessage[] => {
  const mySeat = seatings.get(round)?.params.mySeat;
  return restored?.rounds.get(round)?.signed.filter((message) => dutyOf(message).seat === mySeat) ?? [];
};

/** Feeds back the own verdict of an earlier life: it is about the task, not about its round. */
export const restoreVerdictVote = async (
  deps: EngineDeps,
  driver: Driver,
  { task, round }: { readonly task: TaskRecord; readonly round: number },
): Promise<void> => {
  const params = task.seatings.get(round)?.params;
  const vote = signedBefore(task, round).find(({ type }) => type === 'verdict-vote');
  const event = params && vote && eventOfMessage(deps, params, vote);
  if (event !== undefined && typeof event !== 'string') await driver.dispatch(task, event);
};

/** Feeds back the certificate of an earlier life, checked again: a disk is not a proof. */
export const restoreCertificate = async (
  { domain, secp256k1, log }: EngineDeps,
  driver: Driver,
  { task, round }: { readonly task: TaskRecord; readonly round: number },
): Promise<void> => {
  const certificate = task.restored?.rounds.get(round)?.certificate;
  const seats = task.seatings.get(round)?.params.seats;
  if (seats === undefined || certificate === undefined) return;
  const checked = verifyCertificate({ domain, secp256k1, seats, certificate });
  if (typeof checked === 'string') {
    log.warn(
      { taskId: task.taskId, round, code: checked },
      'a stored certificate does not hold for the committee of this chain',
    );
    if (task.delivery?.certificate.statement.round === round) task.delivery = undefined;
    return;
  }
  await driver.dispatch(task, { type: 'round', round, event: { type: 'certificate', certificate: checked } });
};
