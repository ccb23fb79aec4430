import { type SeatMessage, type TaskEvent, type Verified, verifyCertificate } from '../../src/index.ts';
import { drawOf, type Pool } from './task-pool.ts';
import { deliver, type Letter, roundOf, seatedEvent, seatOf, type World } from './task-scenario.ts';
import type { TaskShell } from './task-shell.ts';

const eventOf = (round: number, message: Verified<SeatMessage>): TaskEvent =>
  message.type === 'verdict-vote'
    ? { type: 'verdict-vote', vote: message }
    : { type: 'round', round, event: { type: 'message', message } };

/** A message to everybody who may hold a seat of the round; an opening of an earlier value has no signer. */
export const sendToSeats = (
  world: World,
  {
    from,
    round,
    message,
    signer,
  }: {
    readonly from: number;
    readonly round: number;
    readonly message: Verified<SeatMessage>;
    readonly signer: number;
  },
  isPartial: boolean,
): void => {
  const { pool } = world.scenario;
  const members = new Set([...(drawOf(pool, round, world.declined) ?? []), ...(drawOf(pool, round, new Set()) ?? [])]);
  for (const to of world.shells.keys()) {
    if (to === from || !members.has(to) || (isPartial && world.random.chance(0.5))) continue;
    const isSigned = message.type !== 'earlier-value';
    deliver(world, { to, event: eventOf(round, message), signer: isSigned ? signer : undefined });
  }
};

/** Who signed a message that travels: a relayed one is not the relaying node's. */
export const signerOf = (world: World, shell: TaskShell, round: number, message: SeatMessage): number =>
  shell.state.rounds.get(round)?.params.seats[seatOf(message)]?.operator === undefined
    ? shell.operator
    : world.scenario.pool.operators.findIndex(
        ({ operator }) => operator === shell.state.rounds.get(round)?.params.seats[seatOf(message)]?.operator,
      );

/** Whether the node can judge the letter now: its round is seated, and the seat is its signer's for this node. */
export const isReadable = (shell: TaskShell, { event, signer }: Letter, pool: Pool): boolean => {
  const round = roundOf(event);
  if (round === undefined || event.type === 'seated' || event.type === 'unseatable') return true;
  const seated = shell.state.rounds.get(round);
  if (seated === undefined) return false;
  // A certificate with a substitute's signature, ahead of the decline.
  if (event.type === 'round' && event.event.type === 'certificate') {
    const { certificate } = event.event;
    return typeof verifyCertificate({ ...seated.params, secp256k1: pool.secp256k1, certificate }) !== 'string';
  }
  if (signer === undefined || event.type !== 'round' || event.event.type !== 'message') return true;
  return seated.params.seats[seatOf(event.event.message)]?.operator === pool.operators[signer]?.operator;
};

/** A certificate of a round that was not drawn is reason enough to draw it. */
export const park = (world: World, letter: Letter): void => {
  world.parked.get(letter.to)?.push(letter);
  const { event, to } = letter;
  const isCertificate = event.type === 'round' && event.event.type === 'certificate';
  if (isCertificate && !world.shells.get(to)?.state.rounds.has(event.round))
    deliver(world, { to, event: seatedEvent(world, to, event.round) });
};

export const releaseParked = (world: World, operator: number): void => {
  const letters = world.parked.get(operator) ?? [];
  world.parked.set(operator, []);
  for (const letter of letters) world.mail.push(letter);
};
