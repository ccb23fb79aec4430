import type { TaskEvent, TaskMemory, TaskParams } from './event.ts';
import type { TaskState, TaskStep } from './state.ts';

const EMPTY: TaskState = {
  rounds: new Map(),
  unseatable: new Set(),
  audit: 'unknown',
  dissents: new Map(),
  roundFails: new Map(),
  declines: new Map(),
  verdictVotes: new Map(),
  verdict: undefined,
  done: new Set(),
  memories: new Map(),
};

/** An admitted task, before its first beacon. */
export const createTaskMachine = (_params: TaskParams): TaskStep => ({
  state: EMPTY,
  effects: [{ type: 'open-round', round: 0 }],
});

/** One event of a task: the next state, and what the shell must do in this order. Pure. */
export const stepTask = (_params: TaskParams, state: TaskState, _event: TaskEvent): TaskStep => ({
  state,
  effects: [],
});

/** A task after a restart: duties that were signed stay spent, what was decided but not signed is decided again. */
export const restoreTask = (params: TaskParams, { rounds, events }: TaskMemory): TaskStep => {
  const created = createTaskMachine(params);
  const memories = new Map(rounds.map(({ round, memory }) => [round, memory]));
  let state: TaskState = { ...created.state, memories };
  const effects = [...created.effects];
  for (const event of events) {
    const step = stepTask(params, state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
};
