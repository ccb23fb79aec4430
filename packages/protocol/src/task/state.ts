import type { RoundParams } from '../agreement/event.ts';
import type { RoundMemory } from '../agreement/round.ts';
import type { RoundState, TimerState } from '../agreement/state.ts';
import type { Certificate } from '../message/certificate.ts';
import type { Decline } from '../message/decline.ts';
import type { Dissent } from '../message/dissent.ts';
import type { RoundFail } from '../message/round-fail.ts';
import type { Signed } from '../message/signed.ts';
import type { CertifiedVerdict } from '../message/task-verdict.ts';
import type { Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';
import type { TaskEffect, TaskParams, VerdictVote } from './event.ts';

/** A round that has its seats. */
export interface SeatedRound {
  readonly params: RoundParams;
  readonly state: RoundState;
}

/** A seat of round 0 that passed to its substitute, or will when the round is seated. */
export interface KnownDecline {
  readonly decline: Verified<Signed<Decline>>;
  readonly substitute: Seat;
  readonly isMine: boolean;
}

/** Everything one node knows of one task. Facts are kept, decisions follow from them by the rules, whatever their order. */
export interface TaskState {
  /** By round number; the audit is AUDIT_ROUND. */
  readonly rounds: ReadonlyMap<number, SeatedRound>;
  readonly unseatable: ReadonlySet<number>;
  readonly audit: 'unknown' | 'none' | 'due';
  /** Verified dissents by `round/seat/statementHash`: they may be ahead of their certificate. */
  readonly dissents: ReadonlyMap<string, Verified<Signed<Dissent>>>;
  readonly roundFails: ReadonlyMap<string, Verified<Signed<RoundFail>>>;
  /** By seat of round 0. */
  readonly declines: ReadonlyMap<number, KnownDecline>;
  /** By `round/seat`. */
  readonly verdictVotes: ReadonlyMap<string, Verified<VerdictVote>>;
  readonly verdict: Verified<CertifiedVerdict> | undefined;
  readonly refundTimer: TimerState;
  /** The end: nothing is signed or settled after it. */
  readonly isRefunded: boolean;
  /** Effects already asked for, by name: each is asked for once. */
  readonly done: ReadonlySet<string>;
  /** Of an earlier life, until their round is seated. */
  readonly memories: ReadonlyMap<number, RoundMemory>;
}

/** A new state and what the shell must do, in this order. */
export interface TaskStep {
  readonly state: TaskState;
  readonly effects: readonly TaskEffect[];
}

export const unchangedTask = (state: TaskState): TaskStep => ({ state, effects: [] });

/** These effects, once in the life of the task: undefined when they were asked for before. */
export const once = (state: TaskState, name: string, effects: readonly TaskEffect[]): TaskStep | undefined =>
  state.done.has(name) ? undefined : { state: { ...state, done: new Set([...state.done, name]) }, effects };

/** `map` with one more entry. */
export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value);

/** One decision: undefined when there is nothing to decide. */
export type TaskRule = (params: TaskParams, state: TaskState) => TaskStep | undefined;

/** The certificate we hold of a round. */
export const certificateOf = (state: TaskState, round: number): Verified<Certificate> | undefined =>
  state.rounds.get(round)?.state.certificate;

/** The latest round with a certificate, the audit aside: it wins over the earlier ones. */
export const topRoundOf = ({ lastRound }: TaskParams, state: TaskState): number | undefined => {
  for (let round = lastRound; round >= 0; round -= 1) if (certificateOf(state, round) !== undefined) return round;
  return undefined;
};

/** Names what one seat said in one round. */
export const placeOf = ({ round, seat }: { readonly round: number; readonly seat: number }): string =>
  `${round}/${seat}`;
