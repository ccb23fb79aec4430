import { encodeSeatMessage, ProtocolError, type SeatMessage, type TaskId } from '@mlb/protocol';
import { lot, shortHash } from '../network/network.ts';
import type { World } from '../world.ts';
import { checkMessage, decodeFrame } from './check-frame.ts';
import { dispatch } from './drive.ts';
import type { Node, TaskRecord } from './node.ts';
import { placeOf } from './sign-message.ts';
import { utter, viewOf } from './speak.ts';

/** Messages of one task that may wait for its round. */
const MAX_PARKED = 512;

const park = (node: Node, taskId: TaskId, message: SeatMessage): void => {
  const parked = node.memory.parkedFrames.get(taskId) ?? [];
  if (parked.length < MAX_PARKED) parked.push(message);
  node.memory.parkedFrames.set(taskId, parked);
};

/** What the operator's conduct says about a message, the first time it hears it. */
const answer = (world: World, node: Node, task: TaskRecord, message: SeatMessage): void => {
  const view = node.conduct.hear && viewOf(world, node, task, placeOf(message).round);
  const echo = `frame ${shortHash(encodeSeatMessage(message))}`;
  if (view === undefined || node.memory.echoed.has(echo)) return;
  node.memory.echoed.add(echo);
  utter(world, node, task, node.conduct.hear?.(view, message) ?? []);
};

const take = (world: World, node: Node, task: TaskRecord, message: SeatMessage): void => {
  const { round } = placeOf(message);
  const params = task.machine?.state.rounds.get(round)?.params;
  if (params === undefined || params.mySeat === undefined) return;
  const checked = checkMessage(world, params, message);
  if (typeof checked === 'string') return;
  if (checked.type === 'verdict-vote') dispatch(world, node, task, { type: 'verdict-vote', vote: checked });
  else dispatch(world, node, task, { type: 'round', round, event: { type: 'message', message: checked } });
  if (node.conduct.hear !== undefined) answer(world, node, task, checked);
};

/** Of the frames that were heard before so many are judged again all the same: nothing may come of it (I7). */
const JUDGED_AGAIN_SHARE = 0.05;

/** Relays bring nearly every frame to everybody many times; hearing one again changes nothing, so it is mostly spared. */
const isSpared = (world: World, { memory }: Node, label: string): boolean => {
  if (!memory.frames.has(label)) {
    memory.frames.add(label);
    return false;
  }
  return lot(world, `again ${label} ${world.eventCount}`) >= JUDGED_AGAIN_SHARE;
};

/** A frame of a committee stream: decoded, parked when it is ahead of its round, judged, and fed to the machine. */
export const receiveFrame = (
  world: World,
  index: number,
  { frame, label }: { readonly frame: Uint8Array; readonly label: string },
): void => {
  const node = world.nodes[index];
  if (node === undefined || isSpared(world, node, label)) return;
  let message: SeatMessage;
  try {
    message = decodeFrame(frame);
  } catch (error) {
    if (error instanceof ProtocolError) return;
    throw error;
  }
  const { taskId, round } = placeOf(message);
  const task = node.memory.tasks.get(taskId);
  if (task?.machine?.state.rounds.has(round) === true) take(world, node, task, message);
  else park(node, taskId, message);
};

/** Hands over what came before the round was seated. */
export const releaseFrames = (world: World, node: Node, task: TaskRecord, round: number): void => {
  const parked = node.memory.parkedFrames.get(task.taskId) ?? [];
  node.memory.parkedFrames.set(
    task.taskId,
    parked.filter((message) => placeOf(message).round !== round),
  );
  for (const message of parked) if (placeOf(message).round === round) take(world, node, task, message);
};
