import type { RoundEvent, SeatMessage, TimerName, Verified } from '../../src/index.ts';
import { type ByzantineSeat, nextMoves, openingMoves } from './byzantine.ts';
import { type Committee, executionOf } from './committee.ts';
import { createRandom, type Random } from './random.ts';
import { createShell, handleOrCrash, type Outside, type Shell } from './shell.ts';

export interface Scenario {
  readonly committee: Committee;
  /** Output of every seat, Byzantine ones included. */
  readonly outputs: readonly Uint8Array[];
  readonly byzantine: readonly ByzantineSeat[];
  readonly seed: number;
  /** Timers fire only when no message is under way: the synchronous network of the liveness claims. */
  readonly isSynchronous: boolean;
  readonly duplicates: boolean;
  /** Seats that crash, each after so many effects. */
  readonly crashes: readonly { readonly seat: number; readonly afterEffects: number }[];
  /** Certificates travel too, as by gossip. */
  readonly gossip: boolean;
}

export interface Outcome {
  readonly honest: readonly Shell[];
  /** Everything honest seats ever signed, in order. */
  readonly signed: readonly { readonly seat: number; readonly message: Verified<SeatMessage> }[];
  /** Everything Byzantine seats ever sent, and whether an honest reveal was out by then. */
  readonly byzantine: readonly ByzantineMessage[];
  readonly crashes: number;
  readonly events: number;
}

export interface ByzantineMessage {
  readonly seat: number;
  readonly message: Verified<SeatMessage>;
  readonly isAfterReveal: boolean;
  /** Honest seats it was sent to. */
  readonly receivers: number;
}

interface World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly shells: Map<number, Shell>;
  readonly mail: { readonly to: number; readonly event: RoundEvent }[];
  readonly signed: { readonly seat: number; readonly message: Verified<SeatMessage> }[];
  readonly byzantine: ByzantineMessage[];
  crashes: number;
  hasHonestReveal: boolean;
}

const TIMER_ORDER: readonly TimerName[] = ['exec', 'grace', 'reveal', 'round', 'withheld', 'settle'];
const MAX_EVENTS = 5000;

const deliver = (world: World, to: number, event: RoundEvent): void => {
  world.mail.push({ to, event });
  if (world.scenario.duplicates && world.random.chance(0.3)) world.mail.push({ to, event });
};

const outsideOf = (world: World): Outside => ({
  send: (from, message) => {
    for (const to of world.shells.keys()) if (to !== from) deliver(world, to, { type: 'message', message });
  },
  crashed: ({ seat, disk }) => {
    world.crashes += 1;
    // Nothing was written down: it executes again, with other randomness.
    const output = world.scenario.outputs[seat] as Uint8Array;
    if (disk.result === undefined) deliver(world, seat, { type: 'executed', result: executionOf(seat, output, 5) });
  },
  signed: (seat, message) => {
    world.signed.push({ seat, message });
    if (message.type === 'reveal') world.hasHonestReveal = true;
  },
});

const moveByzantine = (world: World): void => {
  const { committee, byzantine, outputs } = world.scenario;
  const honest = [...world.shells.values()].map(({ state }) => state);
  for (const seat of byzantine) {
    const output = outputs[seat.seat] as Uint8Array;
    const results = [executionOf(seat.seat, output), executionOf(seat.seat, output, 2)] as const;
    const isFirst = !seat.done.has('opened');
    seat.done.add('opened');
    const sends = isFirst ? openingMoves(committee, seat, results) : nextMoves(committee, seat, { honest, results });
    for (const { message, isPartial } of sends) {
      const receivers = [...world.shells.keys()].filter(() => !isPartial || world.random.chance(0.5));
      for (const to of receivers) deliver(world, to, { type: 'message', message });
      const { hasHonestReveal: isAfterReveal } = world;
      world.byzantine.push({ seat: seat.seat, message, isAfterReveal, receivers: receivers.length });
    }
  }
};

/** The next event: any message, or a timer (any at all, or only in silence the one that is due first). */
const nextEvent = (world: World): { readonly to: number; readonly event: RoundEvent } | undefined => {
  const { random, mail, scenario } = world;
  const timers = [...world.shells].flatMap(([to, { timers }]) => [...timers].map((timer) => ({ to, timer })));
  const isTimer = mail.length === 0 || (!scenario.isSynchronous && timers.length > 0 && random.chance(0.02));
  if (!isTimer) {
    const at = random.below(mail.length);
    const chosen = mail[at];
    const last = mail.pop();
    if (at < mail.length && last !== undefined) mail[at] = last;
    return chosen;
  }
  const dueFirst = TIMER_ORDER.find((name) => timers.some(({ timer }) => timer === name));
  const due = mail.length === 0 ? timers.filter(({ timer }) => timer === dueFirst) : timers;
  const chosen = due[random.below(due.length)];
  if (chosen === undefined) return undefined;
  world.shells.get(chosen.to)?.timers.delete(chosen.timer);
  return { to: chosen.to, event: { type: 'timer', timer: chosen.timer } };
};

const gossipCertificates = (world: World, shell: Shell, from: number): void => {
  for (const { certificate } of shell.certified.slice(from)) {
    for (const to of world.shells.keys()) {
      if (to !== shell.seat) deliver(world, to, { type: 'certificate', certificate });
    }
  }
};

/** Runs a committee to its end: no message under way and every timer fired. */
export const runScenario = (scenario: Scenario): Outcome => {
  const { committee, byzantine, crashes } = scenario;
  const isByzantine = new Set(byzantine.map(({ seat }) => seat));
  const honestSeats = committee.params.seats.flatMap((_, seat) => (isByzantine.has(seat) ? [] : [seat]));
  const world: World = {
    scenario,
    random: createRandom(scenario.seed),
    shells: new Map(honestSeats.map((seat) => [seat, createShell(committee, seat)])),
    mail: [],
    signed: [],
    byzantine: [],
    crashes: 0,
    hasHonestReveal: false,
  };
  for (const { seat, afterEffects } of crashes) {
    const shell = world.shells.get(seat);
    if (shell !== undefined) shell.effectsUntilCrash = afterEffects;
  }
  for (const seat of honestSeats) {
    world.mail.push({
      to: seat,
      event: { type: 'executed', result: executionOf(seat, scenario.outputs[seat] as Uint8Array) },
    });
  }
  const outside = outsideOf(world);
  let events = 0;
  for (;;) {
    if (world.mail.length === 0 || world.random.chance(0.3)) moveByzantine(world);
    const next = nextEvent(world);
    if (next === undefined) break;
    events += 1;
    if (events > MAX_EVENTS) throw new Error(`no end after ${MAX_EVENTS} events`);
    const shell = world.shells.get(next.to);
    if (shell === undefined) continue;
    const reported = shell.certified.length;
    handleOrCrash(committee, shell, next.event, outside);
    if (scenario.gossip) gossipCertificates(world, shell, reported);
  }
  const { signed, crashes: crashCount } = world;
  return { honest: [...world.shells.values()], signed, byzantine: world.byzantine, crashes: crashCount, events };
};
