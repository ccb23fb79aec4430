import type { OuterRoundEffect } from '../../src/index.ts';
import {
  type Agreed,
  type Certificate,
  type CertifiedVerdict,
  createTaskMachine,
  DISSENT,
  type Evidence,
  type OwnResult,
  ROUND_FAIL,
  restoreTask,
  type SeatMessage,
  stepTask,
  type TaskEffect,
  type TaskEvent,
  type TaskState,
  VERDICT,
  type Verified,
} from '../../src/index.ts';
import { signBody, signSeatMessage } from './committee.ts';
import { committeeOf, type Pool } from './task-pool.ts';

type Settleable = Extract<TaskEffect, { readonly type: 'settleable' }>;
type Certified = Extract<OuterRoundEffect, { readonly type: 'certified' }>;

/** An operator around the real task machine. Its disk survives a crash, its memory does not. */
export interface TaskShell {
  readonly operator: number;
  state: TaskState;
  readonly disk: {
    readonly results: Map<number, OwnResult>;
    readonly signed: { readonly round: number; readonly message: Verified<SeatMessage> }[];
    /** What opens the certificate of a round. */
    readonly agreed: Map<number, Agreed>;
    readonly events: TaskEvent[];
  };
  /** `round/timer`, or `refund`. */
  readonly timers: Set<string>;
  effectsUntilCrash: number;
  readonly certified: { readonly round: number; readonly effect: Certified }[];
  readonly evidence: Evidence[];
  readonly settleable: Settleable[];
  readonly disputed: number[];
  readonly judged: CertifiedVerdict[];
  readonly opened: number[];
  refunds: number;
}

/** What leaves a node. */
export interface TaskOutside {
  readonly pool: Pool;
  /** To the other seats of the round. */
  readonly send: (shell: TaskShell, round: number, message: Verified<SeatMessage>) => void;
  /** To everybody else. */
  readonly gossip: (shell: TaskShell, event: TaskEvent) => void;
  readonly signed: (shell: TaskShell, round: number, message: Verified<SeatMessage>) => void;
  /** Work of the node's own that ends later; its decline at once. */
  readonly later: (
    shell: TaskShell,
    effect: Extract<TaskEffect, { type: 'execute' | 'recommit' | 'open-round' }>,
  ) => TaskEvent | undefined;
  readonly crashed: (shell: TaskShell) => void;
}

/** Thrown where the process dies; only the simulation catches it. */
class Crash extends Error {}

const tick = (shell: TaskShell): void => {
  if (shell.effectsUntilCrash <= 0) throw new Crash();
  shell.effectsUntilCrash -= 1;
};

/** The seats of a round as this node knows them, to sign as one of them. */
const committeeFor = (shell: TaskShell, { pool }: TaskOutside, round: number) => {
  const seats = shell.state.rounds.get(round)?.params.seats ?? [];
  const rankOf = (operator: string): number => pool.operators.findIndex((row) => row.operator === operator);
  return committeeOf(
    pool,
    round,
    seats.map(({ operator }) => rankOf(operator)),
  );
};

const performRound = (shell: TaskShell, round: number, effect: OuterRoundEffect, outside: TaskOutside): void => {
  switch (effect.type) {
    case 'persist':
      tick(shell);
      shell.disk.results.set(round, effect.result);
      return;
    case 'sign': {
      tick(shell);
      const seat = shell.state.rounds.get(round)?.params.mySeat ?? -1;
      const message = signSeatMessage(committeeFor(shell, outside, round), seat, effect.unsigned);
      outside.signed(shell, round, message);
      shell.disk.signed.push({ round, message });
      tick(shell);
      outside.send(shell, round, message);
      handleTask(shell, { type: 'round', round, event: { type: 'message', message } }, outside);
      return;
    }
    case 'relay':
      outside.send(shell, round, effect.message as Verified<SeatMessage>);
      return;
    case 'start-timer':
      shell.timers.add(`${round}/${effect.timer}`);
      return;
    case 'certified': {
      shell.certified.push({ round, effect });
      if (effect.agreed !== undefined) shell.disk.agreed.set(round, effect.agreed);
      const event: TaskEvent = {
        type: 'round',
        round,
        event: { type: 'certificate', certificate: effect.certificate },
      };
      shell.disk.events.push(event);
      outside.gossip(shell, event);
      return;
    }
    case 'evidence':
      shell.evidence.push(effect.evidence);
  }
};

/** Signs a statement that everybody hears, writes it down, and hears it itself. */
const publish = (shell: TaskShell, event: TaskEvent, outside: TaskOutside): void => {
  tick(shell);
  outside.gossip(shell, event);
  handleTask(shell, event, outside);
};

const publishDissent = (shell: TaskShell, effect: TaskEffect, outside: TaskOutside): void => {
  if (effect.type === 'sign-dissent') {
    const { dissent: body } = effect;
    const dissent = signBody(committeeFor(shell, outside, body.round), { seat: body.seat, schema: DISSENT, body });
    publish(shell, { type: 'dissent', dissent: dissent as never }, outside);
  }
  if (effect.type === 'sign-round-fail') {
    const { roundFail: body } = effect;
    const roundFail = signBody(committeeFor(shell, outside, body.round), { seat: body.seat, schema: ROUND_FAIL, body });
    publish(shell, { type: 'round-fail', roundFail: roundFail as never }, outside);
  }
};

const voteOnVerdict = (
  shell: TaskShell,
  { verdict: body, seat }: Extract<TaskEffect, { readonly type: 'sign-verdict' }>,
  outside: TaskOutside,
): void => {
  tick(shell);
  const verdict = signBody(committeeFor(shell, outside, body.round), { seat, schema: VERDICT, body });
  const vote = { type: 'verdict-vote', seat, verdict } as Extract<SeatMessage, { type: 'verdict-vote' }>;
  outside.signed(shell, body.round, vote as Verified<SeatMessage>);
  outside.send(shell, body.round, vote as Verified<SeatMessage>);
  handleTask(shell, { type: 'verdict-vote', vote: vote as Verified<typeof vote> }, outside);
};

const perform = (shell: TaskShell, effect: TaskEffect, outside: TaskOutside): void => {
  switch (effect.type) {
    case 'round':
      performRound(shell, effect.round, effect.effect, outside);
      return;
    case 'open-round':
      shell.opened.push(effect.round);
      outside.later(shell, effect);
      return;
    case 'execute':
    case 'recommit': {
      const decline = outside.later(shell, effect);
      if (decline !== undefined) handleTask(shell, decline, outside);
      return;
    }
    case 'sign-dissent':
    case 'sign-round-fail':
      publishDissent(shell, effect, outside);
      return;
    case 'sign-verdict':
      voteOnVerdict(shell, effect, outside);
      return;
    case 'judged':
      shell.judged.push(effect.verdict);
      outside.gossip(shell, { type: 'verdict', verdict: effect.verdict });
      return;
    case 'disputed':
      shell.disputed.push(effect.round);
      return;
    case 'start-timer':
      shell.timers.add(effect.timer);
      return;
    case 'settleable':
      shell.settleable.push(effect);
      return;
    case 'refund':
      shell.refunds += 1;
  }
};

export const createTaskShell = ({ params }: Pool, operator: number): TaskShell => ({
  operator,
  state: createTaskMachine(params).state,
  disk: { results: new Map(), signed: [], agreed: new Map(), events: [] },
  timers: new Set(),
  effectsUntilCrash: Number.POSITIVE_INFINITY,
  ...{ certified: [], evidence: [], settleable: [], disputed: [], judged: [], opened: [], refunds: 0 },
});

/** Events other than a round's are facts to keep; of a round the certificates are. */
const isKept = (event: TaskEvent): boolean => event.type !== 'timer' && event.type !== 'round';

/** Feeds one event and performs what follows. */
export const handleTask = (shell: TaskShell, event: TaskEvent, outside: TaskOutside): void => {
  if (isKept(event)) shell.disk.events.push(event);
  const { state, effects } = stepTask(outside.pool.params, shell.state, event);
  shell.state = state;
  for (const effect of effects) perform(shell, effect, outside);
};

const restart = (shell: TaskShell, outside: TaskOutside): void => {
  shell.effectsUntilCrash = Number.POSITIVE_INFINITY;
  shell.timers.clear();
  const { results, signed, agreed, events } = shell.disk;
  const rounds = [...new Set([...results.keys(), ...signed.map(({ round }) => round)])].map((round) => ({
    round,
    memory: {
      result: results.get(round),
      signedOwn: signed.flatMap((entry) => (entry.round === round ? [entry.message] : [])),
      agreed: agreed.get(round),
    },
  }));
  const restored = restoreTask(outside.pool.params, { rounds, events: [...events] });
  shell.state = restored.state;
  for (const { round, message } of signed) outside.send(shell, round, message);
  for (const effect of restored.effects) perform(shell, effect, outside);
};

/** As `handleTask`; a planned crash loses the memory and restarts from the disk. */
export const handleTaskOrCrash = (shell: TaskShell, event: TaskEvent, outside: TaskOutside): void => {
  try {
    handleTask(shell, event, outside);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    outside.crashed(shell);
    restart(shell, outside);
  }
};

/** Certificates of one round that a node ever had. */
export const certificatesOf = (shell: TaskShell, round: number): readonly Certificate[] =>
  shell.certified.flatMap((entry) => (entry.round === round ? [entry.effect.certificate] : []));
