import {
  AUDIT_ROUND,
  auditBlockOf,
  auditSeedOf,
  type CommitteeSeat,
  declinersOf,
  occupantsOf,
  roundSeedBlockOf,
} from '@mlb/protocol';
import type { World } from '../world.ts';
import type { DrawnTask } from './draw-book.ts';
import { blockAt, type Node, type TaskRecord } from './node.ts';

/** `pending`: its beacon is not on this node's chain yet. `none`: it cannot take place. */
export type Draw = readonly CommitteeSeat[] | 'pending' | 'none';

export const beaconOf = ({ params }: World, { seedBlock }: TaskRecord, round: number): bigint =>
  round === AUDIT_ROUND
    ? auditBlockOf(seedBlock, params.auditLagBlocks)
    : roundSeedBlockOf(seedBlock, round, params.roundBlocks);

export const drawnTaskOf = ({ universe }: World, { taskId, message, draw, declined }: TaskRecord): DrawnTask => {
  const { requester, redundancy } = message.order.body;
  const gone = draw === undefined ? [] : declinersOf(draw, declined);
  return { taskId, redundancy, exclude: [requester, universe.modelProvider, ...gone] };
};

const firstSeats = (world: World, node: Node, task: TaskRecord): Draw => {
  const block = blockAt(node, beaconOf(world, task, 0));
  if (block === undefined) return 'pending';
  task.draw = world.draws.first(drawnTaskOf(world, { ...task, draw: undefined }), block.hash);
  return task.draw === undefined ? 'none' : world.draws.intern(occupantsOf(task.draw, task.declined));
};

const unionWith = (
  world: World,
  earlier: readonly CommitteeSeat[],
  fresh: readonly CommitteeSeat[] | undefined,
): Draw => (fresh === undefined ? 'none' : world.draws.intern([...earlier, ...fresh]));

/** All seats of a round, those of the rounds before first. Draws the rounds before when it has to. */
export const seatsOfRound = (world: World, node: Node, task: TaskRecord, round: number): Draw => {
  const known = task.committees.get(round);
  if (known !== undefined) return known;
  if (round === 0) return firstSeats(world, node, task);
  if (round !== AUDIT_ROUND && round > world.draws.lastRound(drawnTaskOf(world, task))) return 'none';
  const earlier = seatsOfRound(world, node, task, round === AUDIT_ROUND ? 0 : round - 1);
  const block = blockAt(node, beaconOf(world, task, round));
  if (typeof earlier === 'string' || block === undefined) return typeof earlier === 'string' ? earlier : 'pending';
  const drawn = drawnTaskOf(world, task);
  const { hash: blockHash } = block;
  return round === AUDIT_ROUND
    ? unionWith(world, earlier, world.draws.auditors(drawn, { blockHash, committee: earlier }))
    : unionWith(world, earlier, world.draws.later(drawn, { round, blockHash, earlier }));
};

/** A seat of round 0 passes to its substitute, whether the round is seated yet or not. */
export const noteDecline = (world: World, task: TaskRecord, seat: number): void => {
  task.declined.add(seat);
  const [seats, substitute] = [task.committees.get(0), task.draw?.substitutes[seat]];
  if (seats === undefined || substitute === undefined) return;
  task.committees.set(0, world.draws.intern(seats.with(seat, substitute)));
};

/** The first-seen rule for certificates: one heard with its audit block as the head may have been made knowing the seed. */
export const isHeardLate = ({ certifiedAtBlock }: TaskRecord, auditBlock: bigint): boolean =>
  certifiedAtBlock === undefined || certifiedAtBlock >= auditBlock;

/** Whether the task is audited: known once round 0 has a certificate and the audit beacon is there. */
export const auditDecision = (world: World, node: Node, task: TaskRecord): boolean | undefined => {
  const certificate = task.certificates.get(0);
  const block = blockAt(node, beaconOf(world, task, AUDIT_ROUND));
  if (certificate === undefined || block === undefined) return undefined;
  const { domain } = world.universe;
  const { redundancy, valueAtRisk } = task.message.order.body;
  const hasSilentSeat = certificate.locked.length < certificate.statement.seatCount;
  const auditSeed = auditSeedOf({ domain, taskId: task.taskId, blockHash: block.hash });
  const heardAfterAuditBlock = isHeardLate(task, block.number);
  return world.draws.isAuditDue({ auditSeed, redundancy, hasSilentSeat, valueAtRisk, heardAfterAuditBlock });
};
