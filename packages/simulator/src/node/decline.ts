import { DECLINE, encodeDecline } from '@mlb/protocol';
import { lot } from '../network/network.ts';
import type { World } from '../world.ts';
import { tick } from './crash.ts';
import { hearOwn } from './gossip.ts';
import { signOnce } from './guard.ts';
import type { Node, TaskRecord } from './node.ts';
import { gossip } from './speak.ts';

/** Of all duties; protocol.md section 3 allows 10 %. */
const BUSY_SHARE = 0.05;

/** Passes the seat on before anything was signed for it, where the draw has a substitute. */
export const declineIfBusy = (world: World, node: Node, task: TaskRecord, seat: number): void => {
  const { taskId } = task;
  const hasSubstitute = task.draw?.substitutes[seat] !== undefined && task.draw.seats[seat]?.row === node.index;
  const isFree = lot(world, `busy ${node.index} ${taskId}`) >= BUSY_SHARE;
  if (!hasSubstitute || isFree || node.disk.rounds.has(`${taskId}/0`)) return;
  const body = { taskId, round: 0, seat };
  const decline = signOnce(world, node, { duty: `decline/${taskId}/0/${seat}`, schema: DECLINE, body });
  if (decline === undefined) return;
  world.journal.declines.add(`${taskId}/${seat}`);
  tick(world, node);
  const bytes = encodeDecline(decline);
  gossip(world, node, { kind: 'decline', bytes });
  hearOwn(world, node, { kind: 'decline', bytes });
};
