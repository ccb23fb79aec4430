import { AUDIT_ROUND } from '@mlb/protocol';
import { ancestorOf } from '../chain/chain.ts';
import { note, type World } from '../world.ts';
import { attestAgain } from './attest.ts';
import { startMachine } from './drive.ts';
import { createTaskRecord, type Node, type TaskRecord } from './node.ts';
import { openWanted } from './open-round.ts';
import { hearOrdersAhead } from './orders.ts';
import { proposeIfDue } from './propose.ts';
import { beaconOf } from './seating.ts';

/** Its anchor is still on this chain, or not seen yet. */
const isAnchored = ({ memory: { branch } }: Node, { message }: TaskRecord): boolean => {
  const { anchorBlock, anchorHash } = message.order.body;
  return (branch[Number(anchorBlock)]?.hash ?? anchorHash) === anchorHash;
};

/** A beacon it was drawn with is gone: draw again. What was signed stays signed; the guard refuses a second value. */
const rollBack = (world: World, node: Node, ancestor: bigint): void => {
  node.memory.frames.clear();
  for (const task of [...node.memory.tasks.values()]) {
    const rounds = [...task.committees.keys(), ...(task.isAuditDecided ? [AUDIT_ROUND] : [])];
    if (!rounds.some((round) => beaconOf(world, task, round) > ancestor)) continue;
    note(world, `${node.index} draws ${task.taskId.slice(2, 8)} again`);
    const again = createTaskRecord(task.taskId, task.message, task.seedBlock);
    node.memory.tasks.set(task.taskId, again);
    node.disk.events.delete(task.taskId);
    if (isAnchored(node, again)) startMachine(world, node, again);
  }
};

/** The node sees the chain's head of now. */
export const seeHead = (world: World, node: Node): void => {
  const { memory } = node;
  const branch = world.chain.branch();
  const head = world.chain.head();
  const isReorg = branch !== memory.branch;
  const ancestor = isReorg ? ancestorOf(branch, memory.branch) : memory.head.number;
  memory.branch = branch;
  memory.head = head;
  if (isReorg) rollBack(world, node, ancestor);
  hearOrdersAhead(world, node);
  for (const task of memory.tasks.values()) openWanted(world, node, task);
  proposeIfDue(world, node);
  attestAgain(world, node);
};
