import {
  createTaskMachine,
  restoreTask,
  stepTask,
  type TaskEffect,
  type TaskEvent,
  type TaskMemory,
  type TaskState,
} from '@mlb/protocol';
import { reseated } from './seating.ts';
import type { SerialQueue } from './serial-queue.ts';
import { cancelTimers, type TaskRecord } from './task.ts';

/** Performs one effect; returns the event that comes back from it, if any. */
export type Perform = (task: TaskRecord, effect: TaskEffect) => Promise<TaskEvent | undefined>;

/** What a task is opened with: everything its machine is a function of, and what an earlier life knew. */
export interface Opening {
  readonly params: NonNullable<TaskRecord['machine']>['params'];
  readonly memory: TaskMemory | undefined;
}

export interface Driver {
  /** Starts the machine of a task; one from an earlier life continues where it was. */
  readonly open: (task: TaskRecord, opening: Opening) => Promise<void>;
  /** Ends the machine behind whatever it is doing: its committees are not those of this chain. */
  readonly close: (task: TaskRecord) => Promise<void>;
  /** Queues an event behind whatever the task is doing. Never rejects: a task that cannot go on is reported. */
  readonly dispatch: (task: TaskRecord, event: TaskEvent) => Promise<void>;
  /** Queues a look at the task as it is then; the events that come of it are applied at once. Never rejects. */
  readonly consider: (task: TaskRecord, look: () => Promise<readonly TaskEvent[]>) => Promise<void>;
}

/** The machine says who sits in a round: declines pass seats on. */
const advanceTo = (task: TaskRecord, state: TaskState): void => {
  if (task.machine !== undefined) task.machine = { params: task.machine.params, state };
  for (const [round, { params }] of state.rounds) {
    const seating = task.seatings.get(round);
    if (seating !== undefined && seating.params !== params) task.seatings.set(round, reseated(seating, params));
  }
};

/** Event -> stepTask() -> effects in order -> their events, on the task's own queue. Decides nothing. */
export const createDriver = (
  queue: SerialQueue,
  perform: Perform,
  onError: (task: TaskRecord, error: unknown) => void,
): Driver => {
  const performAll = async (task: TaskRecord, effects: readonly TaskEffect[]): Promise<TaskEvent[]> => {
    const answers: TaskEvent[] = [];
    for (const effect of effects) {
      const answer = await perform(task, effect);
      if (answer !== undefined) answers.push(answer);
    }
    return answers;
  };

  const apply = async (task: TaskRecord, events: TaskEvent[]): Promise<void> => {
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      if (task.machine === undefined) return;
      const { params } = task.machine;
      const { state, effects } = stepTask(params, task.machine.state, event);
      advanceTo(task, state);
      events.push(...(await performAll(task, effects)));
    }
  };

  const open = async (task: TaskRecord, { params, memory }: Opening): Promise<void> => {
    const { state, effects } = memory === undefined ? createTaskMachine(params) : restoreTask(params, memory);
    task.machine = { params, state };
    await apply(task, await performAll(task, effects));
  };

  const close = async (task: TaskRecord): Promise<void> => {
    cancelTimers(task);
    task.machine = undefined;
  };

  const consider = async (task: TaskRecord, look: () => Promise<readonly TaskEvent[]>): Promise<void> => {
    if (task.machine !== undefined) await apply(task, [...(await look())]);
  };

  const queued = (task: TaskRecord, job: () => Promise<void>): Promise<void> =>
    queue.run(task.taskId, job).catch((error) => onError(task, error));

  return {
    open: (task, opening) => queued(task, () => open(task, opening)),
    close: (task) => queued(task, () => close(task)),
    dispatch: (task, event) => queued(task, () => apply(task, [event])),
    consider: (task, look) => queued(task, () => consider(task, look)),
  };
};
