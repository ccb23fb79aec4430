import { AUDIT_ROUND } from '@mlb/protocol';
import { note, type World } from '../world.ts';
import { declineIfBusy } from './decline.ts';
import { dispatch, sayAgain } from './drive.ts';
import { releaseFrames } from './frames.ts';
import { releaseGossip } from './gossip.ts';
import { isHonest, type Node, type TaskRecord } from './node.ts';
import { auditDecision, seatsOfRound } from './seating.ts';

/** Draws a round the machine waits for, once its beacon is there. */
export const openRound = (world: World, node: Node, task: TaskRecord, round: number): void => {
  if (!task.wanted.has(round) || task.machine === undefined) return;
  const seats = seatsOfRound(world, node, task, round);
  if (seats === 'pending') return;
  task.wanted.delete(round);
  if (seats === 'none') {
    dispatch(world, node, task, { type: 'unseatable', round });
    return;
  }
  task.committees.set(round, seats);
  world.journal.committees.set(`${task.taskId}/${round}`, seats);
  const mine = seats.findIndex(({ operator }) => operator === node.operator.address);
  note(world, `${node.index} seats r${round} of ${task.taskId.slice(2, 8)} as ${mine}`);
  const mySeat = mine === -1 ? undefined : mine;
  if (round === 0 && mySeat !== undefined && isHonest(node)) declineIfBusy(world, node, task, mySeat);
  dispatch(world, node, task, { type: 'seated', round, seats, mySeat });
  sayAgain(world, node, task, round);
  releaseFrames(world, node, task, round);
  releaseGossip(world, node, task);
};

/** At a new head, or with a new certificate: what waits for a beacon. */
export const openWanted = (world: World, node: Node, task: TaskRecord): void => {
  for (const round of [...task.wanted]) openRound(world, node, task, round);
  if (task.isAuditDecided || task.machine === undefined) return;
  const isAudited = auditDecision(world, node, task);
  if (isAudited === undefined) return;
  task.isAuditDecided = true;
  if (isAudited) world.journal.audits.add(task.taskId);
  dispatch(world, node, task, { type: 'audit-decided', isAudited });
  if (!isAudited) return;
  task.wanted.add(AUDIT_ROUND);
  openRound(world, node, task, AUDIT_ROUND);
};
