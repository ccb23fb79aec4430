import { createRound, restoreRound, step } from '../../src/agreement/round.ts';
import type {
  Certificate,
  Evidence,
  OwnResult,
  RoundEffect,
  RoundEvent,
  RoundParams,
  RoundState,
  SeatMessage,
  TimerName,
  Unsigned,
  Verified,
} from '../../src/index.ts';
import { type Committee, paramsOf, signSeatMessage } from './committee.ts';

type Certified = Extract<RoundEffect, { readonly type: 'certified' }>;

/** An honest node around the real reducer: its disk survives a crash, its memory does not. */
export interface Shell {
  readonly seat: number;
  readonly params: RoundParams;
  state: RoundState;
  readonly disk: { result: OwnResult | undefined; signed: Verified<SeatMessage>[] };
  readonly timers: Set<TimerName>;
  /** Effects still to be performed before a crash; Infinity: none planned. */
  effectsUntilCrash: number;
  readonly certified: Certified[];
  readonly evidence: Evidence[];
  readonly settleable: Certificate[];
  dissents: number;
  failures: number;
}

/** What leaves a node, and where a crash is. */
export interface Outside {
  readonly send: (from: number, message: Verified<SeatMessage>) => void;
  readonly crashed: (shell: Shell) => void;
  readonly signed: (seat: number, message: Verified<SeatMessage>) => void;
}

export const createShell = (committee: Committee, seat: number): Shell => {
  const params = paramsOf(committee, seat);
  const shell: Shell = {
    seat,
    params,
    state: createRound(params).state,
    disk: { result: undefined, signed: [] },
    timers: new Set(['exec', 'round']),
    effectsUntilCrash: Number.POSITIVE_INFINITY,
    certified: [],
    evidence: [],
    settleable: [],
    dissents: 0,
    failures: 0,
  };
  return shell;
};

/** Thrown where the process dies; only the simulation catches it. */
class Crash extends Error {}

const tick = (shell: Shell): void => {
  if (shell.effectsUntilCrash <= 0) throw new Crash();
  shell.effectsUntilCrash -= 1;
};

const sign = (committee: Committee, shell: Shell, unsigned: Unsigned, outside: Outside): void => {
  tick(shell);
  const message = signSeatMessage(committee, shell.seat, unsigned);
  outside.signed(shell.seat, message);
  shell.disk.signed.push(message);
  tick(shell);
  outside.send(shell.seat, message);
  handle(committee, shell, { type: 'message', message }, outside);
};

const perform = (committee: Committee, shell: Shell, effect: RoundEffect, outside: Outside): void => {
  switch (effect.type) {
    case 'persist':
      tick(shell);
      shell.disk.result = effect.result;
      return;
    case 'sign':
      sign(committee, shell, effect.unsigned, outside);
      return;
    case 'relay':
      outside.send(shell.seat, effect.message as Verified<SeatMessage>);
      return;
    case 'start-timer':
      shell.timers.add(effect.timer);
      return;
    case 'certified':
      shell.certified.push(effect);
      return;
    case 'evidence':
      shell.evidence.push(effect.evidence);
      return;
    case 'settleable':
      shell.settleable.push(effect.certificate);
      return;
    case 'dissent':
      shell.dissents += 1;
      return;
    case 'failed':
      shell.failures += 1;
  }
};

const performAll = (committee: Committee, shell: Shell, effects: readonly RoundEffect[], outside: Outside): void => {
  for (const effect of effects) perform(committee, shell, effect, outside);
};

const restart = (committee: Committee, shell: Shell, outside: Outside): void => {
  shell.effectsUntilCrash = Number.POSITIVE_INFINITY;
  shell.timers.clear();
  const { result, signed } = shell.disk;
  const restored = restoreRound(shell.params, { result, signedOwn: [...signed] });
  shell.state = restored.state;
  for (const message of signed) outside.send(shell.seat, message);
  performAll(committee, shell, restored.effects, outside);
};

/** Feeds one event and performs what follows; a planned crash loses the memory and restarts from the disk. */
export const handle = (committee: Committee, shell: Shell, event: RoundEvent, outside: Outside): void => {
  const { state, effects } = step(shell.params, shell.state, event);
  shell.state = state;
  performAll(committee, shell, effects, outside);
};

export const handleOrCrash = (committee: Committee, shell: Shell, event: RoundEvent, outside: Outside): void => {
  try {
    handle(committee, shell, event, outside);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    outside.crashed(shell);
    restart(committee, shell, outside);
  }
};
