import {
  Bytes32,
  DECLINE,
  keccak256,
  type OwnResult,
  type SeatMessage,
  type TaskEffect,
  type TaskEvent,
  tag,
} from '../../src/index.ts';
import { executionOf, signBody } from './committee.ts';
import { actsOf } from './task-byzantine.ts';
import { sendToSeats, signerOf } from './task-mail.ts';
import { committeeOf, drawOf, type Pool, substituteOf } from './task-pool.ts';
import { deliver, type World } from './task-scenario.ts';
import type { TaskOutside, TaskShell } from './task-shell.ts';

const declineEvent = (pool: Pool, seat: number, to: number): TaskEvent | undefined => {
  const substitute = substituteOf(pool, seat);
  if (substitute === undefined) return undefined;
  const committee = committeeOf(pool, 0, drawOf(pool, 0, new Set()) ?? []);
  const body = { taskId: pool.params.taskId, round: 0, seat };
  return {
    type: 'decline',
    decline: signBody(committee, { seat, schema: DECLINE, body }) as never,
    substitute: pool.operators[substitute] as never,
    mySeat: to === substitute ? seat : undefined,
  };
};

const declineSeat = (world: World, seat: number, isPartial: boolean): void => {
  for (const to of world.shells.keys()) {
    const event = declineEvent(world.scenario.pool, seat, to);
    if (event === undefined || (isPartial && world.random.chance(0.5))) continue;
    world.declined.add(seat);
    deliver(world, { to, event });
  }
};

/** Fresh randomness for each round and life. */
const resultOf = (world: World, operator: number, round: number): OwnResult =>
  executionOf(operator, world.scenario.outputs[operator] as Uint8Array, 1000 * (1 + world.crashes) + round);

const recommitted = (world: World, operator: number, round: number, result: OwnResult): OwnResult => {
  const life = `${operator} ${round} ${world.crashes} ${world.random.below(1e9)}`;
  const random = (name: string): Bytes32 => Bytes32(keccak256(tag(`${name} ${life}`)));
  return { ...result, salt: random('salt'), blindShare: random('blind') };
};

const workOf = (
  world: World,
  { operator, timers }: TaskShell,
  effect: Extract<TaskEffect, { type: 'execute' | 'recommit' | 'open-round' }>,
): TaskEvent | undefined => {
  const { pool, busy } = world.scenario;
  const { round } = effect;
  if (effect.type === 'open-round') {
    if (round > 0) timers.add(`${round - 1}/beacon`);
    return undefined;
  }
  const isDrawn = operator < pool.params.redundancy && substituteOf(pool, operator) !== undefined;
  if (round === 0 && effect.type === 'execute' && isDrawn && busy.includes(operator)) {
    declineSeat(world, operator, false);
    return declineEvent(pool, operator, operator);
  }
  const isFresh = effect.type === 'execute';
  const result = isFresh ? resultOf(world, operator, round) : recommitted(world, operator, round, effect.result);
  deliver(world, { to: operator, event: { type: 'round', round, event: { type: 'executed', result } } });
  return undefined;
};

const noteOpening = (world: World, shell: TaskShell, round: number, message: SeatMessage): void => {
  if (message.type !== 'earlier-value') return;
  world.openings += 1;
  if (shell.state.rounds.get(round)?.state.spent.reveal === undefined) world.earlyOpenings += 1;
};

export const outsideOf = (world: World): TaskOutside => ({
  pool: world.scenario.pool,
  send: (shell, round, message) => {
    noteOpening(world, shell, round, message);
    sendToSeats(world, { from: shell.operator, round, message, signer: signerOf(world, shell, round, message) }, false);
  },
  gossip: (shell, event) => {
    for (const to of world.shells.keys()) if (to !== shell.operator) deliver(world, { to, event });
  },
  signed: ({ operator }, round, message) => {
    world.signed.push({ operator, round, message });
    if (message.type === 'reveal') world.revealed.add(round);
  },
  later: (shell, effect) => workOf(world, shell, effect),
  crashed: () => {
    world.crashes += 1;
  },
});

export const moveByzantine = (world: World): void => {
  const { pool, byzantine, outputs } = world.scenario;
  const honest = [...world.shells.values()];
  for (const operator of byzantine) {
    const output = outputs[operator.operator] as Uint8Array;
    for (const act of actsOf(pool, operator, { honest, declined: world.declined, output })) {
      const { round, message, event, isPartial } = act;
      if (message !== undefined) {
        const from = operator.operator;
        world.byzantine.push({ operator: from, round, message, isAfterReveal: world.revealed.has(round) });
        sendToSeats(world, { from, round, message, signer: from }, isPartial);
      }
      if (event?.type === 'decline') declineSeat(world, event.decline.body.seat, isPartial);
      else if (event !== undefined) {
        // Gossip reaches everybody in the end: in a synchronous network before any timer.
        const isHeardByAll = world.scenario.isSynchronous || !isPartial;
        for (const to of world.shells.keys())
          if (isHeardByAll || world.random.chance(0.5)) deliver(world, { to, event });
      }
    }
  }
};
