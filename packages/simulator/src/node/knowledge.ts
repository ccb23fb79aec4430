import type { Address, CommitteeKnowledge, SeatPlace } from '@mlb/protocol';
import { EPOCH } from '../universe.ts';
import type { World } from '../world.ts';
import type { Node } from './node.ts';
import { seatsOfRound } from './seating.ts';

/** The seats of a round as validators ask for them. */
export const committeeKnown = (
  world: World,
  node: Node,
  { taskId, round }: Pick<SeatPlace, 'taskId' | 'round'>,
): CommitteeKnowledge => {
  const task = node.memory.tasks.get(taskId);
  if (task === undefined) return { type: 'unknown' };
  const seats = seatsOfRound(world, node, task, round);
  if (seats === 'none') return { type: 'unknown' };
  return seats === 'pending' ? { type: 'beacon-pending' } : { type: 'drawn', epoch: EPOCH, seats };
};

/** Seats of round 0 as they were drawn: a decline is signed by who was drawn, not by the substitute. */
export const drawnKnown = (world: World, node: Node, place: SeatPlace): CommitteeKnowledge => {
  const draw = node.memory.tasks.get(place.taskId)?.draw;
  if (draw === undefined) return committeeKnown(world, node, { ...place, round: 0 });
  return { type: 'drawn', epoch: EPOCH, seats: draw.seats };
};

export const isSessionKey =
  ({ universe }: World) =>
  (key: Address): boolean =>
    universe.operators.some(({ sessionKey }) => sessionKey === key);
