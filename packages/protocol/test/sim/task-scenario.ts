import type { SeatMessage, TaskEvent, Verified } from '../../src/index.ts';
import type { Random } from './random.ts';
import type { ByzantineOperator } from './task-byzantine.ts';
import { committeeOf, drawOf, type Pool } from './task-pool.ts';
import type { TaskShell } from './task-shell.ts';

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

export interface Letter {
  readonly to: number;
  readonly event: TaskEvent;
  /** The operator whose signature is on it, for messages of seats. */
  readonly signer?: number | undefined;
}

export interface World {
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

export const deliver = (world: World, letter: Letter): void => {
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

export const seatedEvent = (world: World, operator: number, round: number): TaskEvent => {
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

export const roundOf = (event: TaskEvent): number | undefined => {
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
