import {
  AUDIT_ROUND,
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
import { keepCertificate } from './certificates.ts';
import { blockAt, type Node, type SavedEvent, type SavedRound, type TaskRecord } from './node.ts';
import { perform } from './perform.ts';
import { beaconOf, drawnTaskOf, noteDecline, seatsOfRound } from './seating.ts';
import { placeOf } from './sign-message.ts';
import { broadcast } from './speak.ts';

/** What a machine must hear again after a restart. */
const isKept = (event: TaskEvent): boolean =>
  event.type === 'round'
    ? event.event.type === 'certificate'
    : event.type !== 'timer' && event.type !== 'audit-decided';

const remember = (world: World, node: Node, task: TaskRecord, event: TaskEvent): void => {
  if (!isKept(event)) return;
  const beacon = event.type === 'seated' ? blockAt(node, beaconOf(world, task, event.round)) : undefined;
  const events = node.disk.events.get(task.taskId) ?? [];
  events.push({ event, beacon, headBlock: node.memory.head.number });
  node.disk.events.set(task.taskId, events);
};

/** One event through the machine, and all that follows. */
export const dispatch = (world: World, node: Node, task: TaskRecord, event: TaskEvent): void => {
  const { machine } = task;
  if (machine === undefined) return;
  remember(world, node, task, event);
  const { state, effects } = stepTask(machine.params, machine.state, event);
  machine.state = state;
  for (const effect of effects) perform(world, node, task, effect);
};

/** What is left of an earlier life on the chain of now: with another beacon its draws, and all that followed, are void. */
const eventsOf = (node: Node, { taskId }: TaskRecord): readonly SavedEvent[] => {
  const saved = node.disk.events.get(taskId) ?? [];
  const isSound = saved.every(
    ({ beacon }) => beacon === undefined || blockAt(node, beacon.number)?.hash === beacon.hash,
  );
  if (!isSound) node.disk.events.delete(taskId);
  return isSound ? saved : [];
};

const roundsOf = (node: Node, { taskId }: TaskRecord): TaskMemory['rounds'] =>
  [...node.disk.rounds]
    .filter(([name]) => name.startsWith(`${taskId}/`))
    .map(([name, { result, signed }]) => ({
      round: Number(name.split('/')[1]),
      memory: { result, signedOwn: [...signed] },
    }));

/** The shell's own notes, as the events of the earlier life left them. */
const noteAgain = (world: World, node: Node, task: TaskRecord, { event, headBlock }: SavedEvent): void => {
  switch (event.type) {
    case 'decline':
      noteDecline(world, task, event.decline.body.seat);
      break;
    case 'seated': {
      const seats = seatsOfRound(world, node, task, event.round);
      if (typeof seats !== 'string') task.committees.set(event.round, seats);
      if (event.round === AUDIT_ROUND) task.isAuditDecided = false;
      break;
    }
    case 'round':
      if (event.event.type === 'certificate') keepCertificate(task, event.event.certificate, headBlock);
      break;
    case 'dissent':
      task.heard.add(`dissent/${event.dissent.body.round}/${event.dissent.body.seat}`);
      break;
    default:
  }
};

/** Own messages of an earlier life for the seat we hold: others may have missed them. */
export const sayAgain = (world: World, node: Node, task: TaskRecord, round: number): void => {
  const mySeat = task.machine?.state.rounds.get(round)?.params.mySeat;
  const signed: SavedRound['signed'] = node.disk.rounds.get(`${task.taskId}/${round}`)?.signed ?? [];
  for (const message of signed) if (placeOf(message).seat === mySeat) broadcast(world, node, task, message);
};

/** Begins to follow a task, from the start or from what the disk kept. */
export const startMachine = (world: World, node: Node, task: TaskRecord): void => {
  const drawn = drawnTaskOf(world, task);
  const params: TaskParams = {
    ...{ taskId: task.taskId, epoch: EPOCH, mode: modeOf(world.plan), redundancy: drawn.redundancy },
    ...{ lastRound: world.draws.lastRound(drawn), timing: world.params.timing, domain: world.universe.domain },
    recover: world.universe.secp256k1.recover,
  };
  const rounds = roundsOf(node, task);
  const saved = eventsOf(node, task);
  for (const each of saved) noteAgain(world, node, task, each);
  const events = saved.map(({ event }) => event);
  const isFresh = rounds.length === 0 && events.length === 0;
  const { state, effects } = isFresh ? createTaskMachine(params) : restoreTask(params, { rounds, events });
  task.machine = { params, state };
  for (const round of state.rounds.keys()) sayAgain(world, node, task, round);
  for (const effect of effects) perform(world, node, task, effect);
};
