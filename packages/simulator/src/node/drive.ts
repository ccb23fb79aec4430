import {
  createTaskMachine,
  restoreTask,
  stepTask,
  type TaskEvent,
  type TaskMemory,
  type TaskParams,
} from '@mlb/protocol';
import { modeOf } from '../model.ts';
import { EPOCH } from '../universe.ts';
import type { World } from '../world.ts';
import type { Node, SavedRound, TaskRecord } from './node.ts';
import { perform } from './perform.ts';
import { drawnTaskOf } from './seating.ts';
import { placeOf } from './sign-message.ts';

/** What a machine must hear again after a restart. Seats are drawn anew: a reorg may have moved them. */
const isKept = (event: TaskEvent): boolean => {
  switch (event.type) {
    case 'round':
      return event.event.type === 'certificate';
    case 'dissent':
    case 'decline':
    case 'verdict':
    case 'round-fail':
    case 'verdict-vote':
      return true;
    default:
      return false;
  }
};

const remember = (node: Node, { taskId }: TaskRecord, event: TaskEvent): void => {
  if (!isKept(event)) return;
  const events = node.disk.events.get(taskId) ?? [];
  events.push(event);
  node.disk.events.set(taskId, events);
};

/** One event through the machine, and all that follows. */
export const dispatch = (world: World, node: Node, task: TaskRecord, event: TaskEvent): void => {
  const { machine } = task;
  if (machine === undefined) return;
  remember(node, task, event);
  const { state, effects } = stepTask(machine.params, machine.state, event);
  machine.state = state;
  for (const effect of effects) perform(world, node, task, effect);
};

/** Statements for a seat we hold no more are of no use in this life. */
const memoryOf = (node: Node, { taskId }: TaskRecord): TaskMemory => {
  const saved = [...node.disk.rounds].filter(([name]) => name.startsWith(`${taskId}/`));
  const memoryOfRound = ({ result, signed }: SavedRound) => ({ result, signedOwn: [...signed] });
  return {
    rounds: saved.map(([name, round]) => ({ round: Number(name.split('/')[1]), memory: memoryOfRound(round) })),
    events: node.disk.events.get(taskId) ?? [],
  };
};

/** Begins to follow a task, from the start or from what the disk kept. */
export const startMachine = (world: World, node: Node, task: TaskRecord): void => {
  const drawn = drawnTaskOf(world, task);
  const params: TaskParams = {
    ...{ taskId: task.taskId, epoch: EPOCH, mode: modeOf(world.plan), redundancy: drawn.redundancy },
    ...{ lastRound: world.draws.lastRound(drawn), timing: world.params.timing, domain: world.universe.domain },
    recover: world.universe.secp256k1.recover,
  };
  const memory = memoryOf(node, task);
  const isFresh = memory.rounds.length === 0 && memory.events.length === 0;
  const { state, effects } = isFresh ? createTaskMachine(params) : restoreTask(params, memory);
  task.machine = { params, state };
  for (const effect of effects) perform(world, node, task, effect);
};

/** Own messages of an earlier life for the seat we hold: others may have missed them. */
export const signedBefore = (node: Node, { taskId }: TaskRecord, round: number, mySeat: number): SavedRound['signed'] =>
  (node.disk.rounds.get(`${taskId}/${round}`)?.signed ?? []).filter((message) => placeOf(message).seat === mySeat);
