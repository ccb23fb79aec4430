import { createRound, type RoundEffect, type RoundEvent, restoreRound, step } from '@mlb/protocol';
import type { SerialQueue } from './serial-queue.ts';
import { signedBefore } from './signed-before.ts';
import { cancelTimers, type TaskRecord } from './task.ts';

/** Performs one effect; returns the event that comes back from it, if any. */
export type Perform = (task: TaskRecord, effect: RoundEffect) => Promise<RoundEvent | undefined>;

export interface Driver {
  /** Opens the round of a seated or observed task; a task from an earlier life continues where it was. */
  readonly open: (task: TaskRecord) => Promise<void>;
  /** Ends the round behind whatever it is doing: its committee is not the one of this chain. */
  readonly close: (task: TaskRecord) => Promise<void>;
  /** Queues an event behind whatever the task is doing. Never rejects: a task that cannot go on is reported. */
  readonly dispatch: (task: TaskRecord, event: RoundEvent) => Promise<void>;
}

/** Event -> step() -> effects in order -> their events, on the task's own queue. Decides nothing. */
export const createDriver = (
  queue: SerialQueue,
  perform: Perform,
  onError: (task: TaskRecord, error: unknown) => void,
): Driver => {
  const performAll = async (task: TaskRecord, effects: readonly RoundEffect[]): Promise<RoundEvent[]> => {
    const answers: RoundEvent[] = [];
    for (const effect of effects) {
      const answer = await perform(task, effect);
      if (answer !== undefined) answers.push(answer);
    }
    return answers;
  };

  const apply = async (task: TaskRecord, events: RoundEvent[]): Promise<void> => {
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      if (task.round === undefined || task.seating === undefined) return;
      const { state, effects } = step(task.seating.params, task.round, event);
      task.round = state;
      events.push(...(await performAll(task, effects)));
    }
  };

  const open = async (task: TaskRecord): Promise<void> => {
    if (task.seating === undefined) return;
    const { params } = task.seating;
    const { restored } = task;
    const { state, effects } =
      restored === undefined
        ? createRound(params)
        : restoreRound(params, { result: restored.result, signedOwn: signedBefore(task) });
    task.round = state;
    await apply(task, await performAll(task, effects));
  };

  const close = async (task: TaskRecord): Promise<void> => {
    cancelTimers(task);
    task.seating = undefined;
    task.round = undefined;
  };

  const queued = (task: TaskRecord, job: () => Promise<void>): Promise<void> =>
    queue.run(task.taskId, job).catch((error) => onError(task, error));

  return {
    open: (task) => queued(task, () => open(task)),
    close: (task) => queued(task, () => close(task)),
    dispatch: (task, event) => queued(task, () => apply(task, [event])),
  };
};
