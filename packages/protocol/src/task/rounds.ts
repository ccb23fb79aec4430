import type { EarlierResult, RoundEffect, RoundEvent, RoundParams } from '../agreement/event.ts';
import { createRound, restoreRound, step } from '../agreement/round.ts';
import type { RoundStep } from '../agreement/state.ts';
import { AUDIT_ROUND } from '../committee/audit.ts';
import { type DeclineEvent, recordDecline, seatedWithDeclines } from './decline.ts';
import { dissentEffects } from './dissent.ts';
import type { TaskEffect, TaskEvent, TaskParams } from './event.ts';
import { certificateOf, type TaskRule, type TaskState, type TaskStep, unchangedTask, withEntry } from './state.ts';

export type Seated = Extract<TaskEvent, { readonly type: 'seated' }>;

/** What of a round's effects leaves the task; a round's end is seen in its state. */
const outerEffects = (
  params: TaskParams,
  state: TaskState,
  { round, effect }: { readonly round: number; readonly effect: RoundEffect },
): readonly TaskEffect[] => {
  switch (effect.type) {
    case 'settleable':
    case 'failed':
      return [];
    case 'dissent':
      return dissentEffects(params, state, { round, reason: effect.reason });
    default:
      return [{ type: 'round', round, effect }];
  }
};

const absorb = (
  params: TaskParams,
  before: TaskState,
  { roundParams, taken }: { readonly roundParams: RoundParams; readonly taken: RoundStep },
): TaskStep => {
  const { round } = roundParams;
  const state = { ...before, rounds: withEntry(before.rounds, round, { params: roundParams, state: taken.state }) };
  return { state, effects: taken.effects.flatMap((effect) => outerEffects(params, state, { round, effect })) };
};

/** Feeds one event to a seated round. */
export const stepRound = (
  params: TaskParams,
  state: TaskState,
  { round, event }: { readonly round: number; readonly event: RoundEvent },
): TaskStep => {
  const seated = state.rounds.get(round);
  if (seated === undefined) return unchangedTask(state);
  const taken = step(seated.params, seated.state, event);
  if (taken.state === seated.state && taken.effects.length === 0) return unchangedTask(state);
  return absorb(params, state, { roundParams: seated.params, taken });
};

/** A round at its beacon, or what is left of it from an earlier life. An audit needs the certificate it looks at. */
export const seatRound = (params: TaskParams, state: TaskState, seated: Seated): TaskStep => {
  const { round } = seated;
  const isRound = round === AUDIT_ROUND ? certificateOf(state, 0) !== undefined : round <= params.lastRound;
  if (!isRound || state.rounds.has(round)) return unchangedTask(state);
  const { taskId, epoch, mode, timing, domain, recover } = params;
  const { seats, mySeat } = round === 0 ? seatedWithDeclines(state, seated) : seated;
  const earlier = earlierOf(state, round);
  const roundParams = { taskId, round, epoch, mode, seats, mySeat, timing, domain, recover, earlier };
  return absorb(params, state, { roundParams, taken: startRound(state, roundParams) });
};

/** A new round, or the one of an earlier life in which this node had the seat. */
const startRound = (state: TaskState, roundParams: RoundParams): RoundStep => {
  const memory = roundParams.mySeat === undefined ? undefined : state.memories.get(roundParams.round);
  return memory === undefined ? createRound(roundParams) : restoreRound(roundParams, memory);
};

/**
 * A drawn seat passes to its substitute, unless a commit of it, or a certificate, came first for us. A substitute that
 * restarts finds what it signed: the decline comes after the beacon.
 */
export const takeDecline = (params: TaskParams, state: TaskState, event: DeclineEvent): TaskStep => {
  const passed = recordDecline(state, event);
  const seated = passed.rounds.get(0);
  const isNew = passed !== state && seated !== undefined && event.mySeat === event.decline.body.seat;
  if (!isNew) return unchangedTask(passed);
  const roundParams = seated.params;
  if (state.memories.has(0)) return absorb(params, passed, { roundParams, taken: startRound(passed, roundParams) });
  const { execMs: delayMs } = params.timing;
  return {
    state: passed,
    effects: [{ type: 'round', round: 0, effect: { type: 'start-timer', timer: 'exec', delayMs } }],
  };
};

/** Digests of the certificates whose values the round's old members open after its lock. */
const earlierOf = (state: TaskState, round: number): readonly EarlierResult[] =>
  [...state.rounds].flatMap(([earlierRound, { state: known }]) => {
    const isEarlier = round === AUDIT_ROUND ? earlierRound === 0 : earlierRound < round;
    const resultDigest = known.certificate?.statement.resultDigest;
    return isEarlier && resultDigest !== undefined ? [{ round: earlierRound, resultDigest }] : [];
  });

/** A certificate of an earlier round may come while a later one runs. */
export const earlierRule: TaskRule = (_params, state) => {
  for (const [round, seated] of state.rounds) {
    const earlier = earlierOf(state, round);
    if (earlier.length === (seated.params.earlier ?? []).length) continue;
    const roundParams = { ...seated.params, earlier };
    return unchangedTask({ ...state, rounds: withEntry(state.rounds, round, { ...seated, params: roundParams }) });
  }
  return undefined;
};
