import {
  AUDIT_ROUND,
  Bytes32,
  DECLINE,
  keccak256,
  type OwnResult,
  type SeatMessage,
  type TaskEffect,
  type TaskEvent,
  tag,
  type Verified,
  verifyCertificate,
} from '../../src/index.ts';
import { executionOf, signBody } from './committee.ts';
import { createRandom, type Random } from './random.ts';
import { actsOf, type ByzantineOperator } from './task-byzantine.ts';
import { committeeOf, drawOf, type Pool, substituteOf } from './task-pool.ts';
import { createTaskShell, handleTaskOrCrash, type TaskOutside, type TaskShell } from './task-shell.ts';

export interface TaskScenario {
  readonly pool: Pool;
  /** Of every operator, Byzantine ones included. */
  readonly outputs: readonly Uint8Array[];
  readonly byzantine: readonly ByzantineOperator[];
  /** Honest operators without a place for one more execution: they decline. */
  readonly busy: readonly number[];
  readonly isAudited: boolean;
  readonly seed: number;
  /** Timers fire only when no message is under way. */
  readonly isSynchronous: boolean;
  readonly duplicates: boolean;
  readonly crashes: readonly { readonly operator: number; readonly afterEffects: number }[];
}

export interface SignedMessage {
  readonly operator: number;
  readonly round: number;
  readonly message: Verified<SeatMessage>;
}

export interface TaskOutcome {
  readonly honest: readonly TaskShell[];
  readonly signed: readonly SignedMessage[];
  readonly byzantine: readonly (SignedMessage & { readonly isAfterReveal: boolean })[];
  /** Openings of earlier values that left a node before it had revealed in the round. */
  readonly earlyOpenings: number;
  readonly openings: number;
  readonly declines: number;
  readonly crashes: number;
  readonly events: number;
}

interface Letter {
  readonly to: number;
  readonly event: TaskEvent;
  /** The operator whose signature is on it, for messages of seats. */
  readonly signer?: number | undefined;
}

interface World {
  readonly scenario: TaskScenario;
  readonly random: Random;
  readonly shells: Map<number, TaskShell>;
  readonly mail: Letter[];
  readonly parked: Map<number, Letter[]>;
  readonly declined: Set<number>;
  readonly revealed: Set<number>;
  readonly auditTold: Set<number>;
  readonly signed: SignedMessage[];
  readonly byzantine: (SignedMessage & { readonly isAfterReveal: boolean })[];
  earlyOpenings: number;
  openings: number;
  crashes: number;
}

const TIMER_ORDER: readonly string[] = ['exec', 'grace', 'reveal', 'withheld', 'round', 'beacon', 'settle'];
const MAX_EVENTS = 60_000;

const deliver = (world: World, letter: Letter): void => {
  world.mail.push(letter);
  if (world.scenario.duplicates && world.random.chance(0.1)) world.mail.push(letter);
};

/** Number of the seat that signed a message. */
export const seatOf = (message: SeatMessage): number => {
  switch (message.type) {
    case 'commit':
      return message.commit.body.seat;
    case 'lock-vote':
      return message.lockVote.body.seat;
    case 'reveal':
      return message.reveal.body.seat;
    default:
      return message.seat;
  }
};

const eventOf = (round: number, message: Verified<SeatMessage>): TaskEvent =>
  message.type === 'verdict-vote'
    ? { type: 'verdict-vote', vote: message }
    : { type: 'round', round, event: { type: 'message', message } };

/** A message to everybody who may hold a seat of the round; an opening of an earlier value has no signer. */
const sendToSeats = (
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
const signerOf = (world: World, shell: TaskShell, round: number, message: SeatMessage): number =>
  shell.state.rounds.get(round)?.params.seats[seatOf(message)]?.operator === undefined
    ? shell.operator
    : world.scenario.pool.operators.findIndex(
        ({ operator }) => operator === shell.state.rounds.get(round)?.params.seats[seatOf(message)]?.operator,
      );

const seatedEvent = (world: World, operator: number, round: number): TaskEvent => {
  const { pool } = world.scenario;
  const shell = world.shells.get(operator);
  // Each node draws with the declines that it knows.
  const declined = new Set(shell?.state.declines.keys());
  const members = drawOf(pool, round, round === 0 ? new Set() : declined);
  if (members === undefined) return { type: 'unseatable', round };
  const mySeat = members.indexOf(operator);
  const { seats } = committeeOf(pool, round, members).params;
  return { type: 'seated', round, seats, mySeat: mySeat < 0 ? undefined : mySeat };
};

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

const outsideOf = (world: World): TaskOutside => ({
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

const moveByzantine = (world: World): void => {
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

/** Whether the node can judge the letter now: its round is seated, and the seat is its signer's for this node. */
const isReadable = (shell: TaskShell, { event, signer }: Letter, pool: Pool): boolean => {
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

const roundOf = (event: TaskEvent): number | undefined => {
  switch (event.type) {
    case 'round':
    case 'seated':
    case 'unseatable':
      return event.round;
    case 'dissent':
      return event.dissent.body.round;
    case 'round-fail':
      return event.roundFail.body.round;
    case 'verdict-vote':
      return event.vote.verdict.body.round;
    case 'verdict':
      return event.verdict.verdict.round;
    default:
      return undefined;
  }
};

/** A certificate of a round that was not drawn is reason enough to draw it. */
const park = (world: World, letter: Letter): void => {
  world.parked.get(letter.to)?.push(letter);
  const { event, to } = letter;
  const isCertificate = event.type === 'round' && event.event.type === 'certificate';
  if (isCertificate && !world.shells.get(to)?.state.rounds.has(event.round))
    deliver(world, { to, event: seatedEvent(world, to, event.round) });
};

const releaseParked = (world: World, operator: number): void => {
  const letters = world.parked.get(operator) ?? [];
  world.parked.set(operator, []);
  for (const letter of letters) world.mail.push(letter);
};

/** The audit beacon comes some time after the certificate of round 0. */
const tellAudit = (world: World, shell: TaskShell): void => {
  const { operator, state } = shell;
  if (world.auditTold.has(operator) || state.rounds.get(0)?.state.certificate === undefined) return;
  world.auditTold.add(operator);
  deliver(world, { to: operator, event: { type: 'audit-decided', isAudited: world.scenario.isAudited } });
  if (world.scenario.isAudited) deliver(world, { to: operator, event: seatedEvent(world, operator, AUDIT_ROUND) });
};

const timerEvent = (world: World, operator: number, timer: string): TaskEvent => {
  if (timer === 'refund') return { type: 'timer', timer };
  const [round, name] = timer.split('/') as [string, 'exec' | 'beacon'];
  // The beacon of a round comes when the timer of the round before has fired, whenever it was asked for.
  if (name === 'beacon') return seatedEvent(world, operator, Number(round) + 1);
  return { type: 'round', round: Number(round), event: { type: 'timer', timer: name } };
};

/** When a timer is due in silence: round 0, its audit, round 1, round 2, the refund. */
const dueAt = (timer: string): number => {
  if (timer === 'refund') return Number.POSITIVE_INFINITY;
  const [round, name] = timer.split('/') as [string, string];
  const slot = Number(round) === AUDIT_ROUND ? 0.5 : Number(round);
  return 100 * slot + TIMER_ORDER.indexOf(name);
};

/** The next letter, or a timer: any at all, or only in silence one that is due first. */
const nextLetter = (world: World): Letter | undefined => {
  const { random, mail, scenario } = world;
  const isTimer = mail.length === 0 || (!scenario.isSynchronous && random.chance(0.01));
  const timers = isTimer
    ? [...world.shells].flatMap(([to, shell]) => [...shell.timers].map((timer) => ({ to, timer })))
    : [];
  if (timers.length === 0 && mail.length > 0) {
    const at = random.below(mail.length);
    const chosen = mail[at];
    const last = mail.pop();
    if (at < mail.length && last !== undefined) mail[at] = last;
    return chosen;
  }
  const first = Math.min(...timers.map(({ timer }) => dueAt(timer)));
  const due = mail.length === 0 ? timers.filter(({ timer }) => dueAt(timer) === first) : timers;
  const chosen = due[random.below(due.length)];
  if (chosen === undefined) return undefined;
  world.shells.get(chosen.to)?.timers.delete(chosen.timer);
  return { to: chosen.to, event: timerEvent(world, chosen.to, chosen.timer) };
};

const createWorld = (scenario: TaskScenario): World => {
  const bad = new Set(scenario.byzantine.map(({ operator }) => operator));
  const honest = scenario.pool.operators.flatMap((_, i) => (bad.has(i) ? [] : [i]));
  const shells = new Map(honest.map((i) => [i, createTaskShell(scenario.pool, i)]));
  for (const { operator, afterEffects } of scenario.crashes) {
    const shell = shells.get(operator);
    if (shell !== undefined) shell.effectsUntilCrash = afterEffects;
  }
  return {
    scenario,
    random: createRandom(scenario.seed),
    shells,
    mail: [],
    parked: new Map(honest.map((i) => [i, []])),
    ...{ declined: new Set(), revealed: new Set(), auditTold: new Set(), signed: [], byzantine: [] },
    ...{ earlyOpenings: 0, openings: 0, crashes: 0 },
  };
};

/** Runs one task to its end: nothing under way and every timer fired. */
export const runTask = (scenario: TaskScenario): TaskOutcome => {
  const world = createWorld(scenario);
  const outside = outsideOf(world);
  for (const to of world.shells.keys()) deliver(world, { to, event: seatedEvent(world, to, 0) });
  let events = 0;
  for (;;) {
    if (world.mail.length === 0 || world.random.chance(0.15)) moveByzantine(world);
    const letter = nextLetter(world);
    if (letter === undefined) break;
    events += 1;
    if (events > MAX_EVENTS) throw new Error(`no end after ${MAX_EVENTS} events`);
    const shell = world.shells.get(letter.to);
    if (shell === undefined) continue;
    if (!isReadable(shell, letter, scenario.pool)) {
      park(world, letter);
      continue;
    }
    handleTaskOrCrash(shell, letter.event, outside);
    if (letter.event.type === 'seated' || letter.event.type === 'decline') releaseParked(world, letter.to);
    tellAudit(world, shell);
  }
  const { signed, byzantine, earlyOpenings, openings, crashes, declined } = world;
  return {
    honest: [...world.shells.values()],
    ...{ signed, byzantine, earlyOpenings, openings, crashes, events, declines: declined.size },
  };
};
