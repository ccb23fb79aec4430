import type { Certificate } from '../message/certificate.ts';
import type { Commit } from '../message/commit.ts';
import type { LockVote } from '../message/lock-vote.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { Signed } from '../message/signed.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import type { Verified } from '../primitives/verified.ts';
import type { Agreed, OwnResult, RoundEffect, RoundParams } from './event.ts';

export type RevealMessage = Extract<SeatMessage, { readonly type: 'reveal' }>;

export interface KnownCommit {
  readonly signed: Signed<Commit>;
  /** hashStruct(Commit): how locks name it. */
  readonly structHash: Bytes32;
  /** False for what came after our lock vote or reveal, and for a seat's second: evidence, but never locked by us (I3). */
  readonly isLockable: boolean;
}

export interface KnownReveal {
  readonly message: RevealMessage;
  /** The commitHash that its result and salt open. */
  readonly opens: Bytes32;
  /** Whether the statement signature in it has been looked at; that needs the lock (exact mode). */
  readonly isExamined: boolean;
}

/** A lock root whose commits we hold. */
export interface Lock {
  readonly root: Bytes32;
  /** Ascending by seat. */
  readonly members: readonly { readonly seat: number; readonly commit: KnownCommit }[];
  readonly blind: Bytes32;
}

/** What this seat has signed, or asked the shell to sign: at most one of each for the round, for ever (I8). */
export interface SpentDuties {
  readonly commit: boolean;
  readonly lockVote: Bytes32 | undefined;
  /** Root of our reveal. */
  readonly reveal: Bytes32 | undefined;
  readonly vote: boolean;
}

/** The value that the certificate of an earlier round stands for. */
export interface EarlierValue {
  readonly round: number;
  readonly resultHash: Bytes32;
  readonly output: Uint8Array;
}

export type TimerState = 'idle' | 'running' | 'expired';

/**
 * Everything one node knows of one round. Facts are kept, decisions are derived from them by the rules, so that the
 * same facts in another order give the same decisions. Arrays are indexed by seat.
 */
export interface RoundState {
  readonly own: OwnResult | undefined;
  /** The execution failed or missed its timer: this seat never commits. */
  readonly isSilent: boolean;
  /** At most two different ones of a seat: the second is evidence. */
  readonly commits: readonly (readonly KnownCommit[])[];
  readonly lockVotes: readonly (Signed<LockVote> | undefined)[];
  /** Sets of seats that lock votes of each seat came with: what to try first for a root. Unsigned, so they prove nothing. */
  readonly lockHints: readonly (readonly bigint[])[];
  readonly reveals: readonly (readonly KnownReveal[])[];
  readonly relayed: readonly boolean[];
  readonly statements: readonly (Signed<ResultStatement> | undefined)[];
  readonly locks: readonly Lock[];
  /** Opened after our lock: at most one of each round before. */
  readonly earlierValues: readonly EarlierValue[];
  readonly spent: SpentDuties;
  readonly graceTimer: TimerState;
  readonly revealTimer: TimerState;
  readonly withheldTimer: TimerState;
  readonly isVerdictDue: boolean;
  readonly isHoldOver: boolean;
  readonly certificate: Verified<Certificate> | undefined;
  /** What opened a certificate of this round before a restart, with the digest it opens. */
  readonly restored: (Agreed & { readonly resultDigest: Bytes32 }) | undefined;
  /** Whether the agreed output was known when the certificate was last reported. */
  readonly isOutputKnown: boolean;
  /** `failed`: the round timer came before a certificate. `settleable`: the certificate grows no more. */
  readonly phase: 'open' | 'failed' | 'settleable';
  readonly hasDissented: boolean;
  /** `kind/seat` of the evidence already reported. */
  readonly accused: readonly string[];
}

/** A new state and what the shell must do, in this order. */
export interface RoundStep {
  readonly state: RoundState;
  readonly effects: readonly RoundEffect[];
}

/** One decision: undefined when there is nothing to decide. */
export type Rule = (params: RoundParams, state: RoundState) => RoundStep | undefined;

export const emptyState = (seatCount: number): RoundState => ({
  own: undefined,
  isSilent: false,
  commits: Array.from({ length: seatCount }, () => []),
  lockVotes: Array.from({ length: seatCount }, () => undefined),
  lockHints: Array.from({ length: seatCount }, () => []),
  reveals: Array.from({ length: seatCount }, () => []),
  relayed: Array.from({ length: seatCount }, () => false),
  statements: Array.from({ length: seatCount }, () => undefined),
  locks: [],
  earlierValues: [],
  spent: { commit: false, lockVote: undefined, reveal: undefined, vote: false },
  graceTimer: 'idle',
  revealTimer: 'idle',
  withheldTimer: 'idle',
  isVerdictDue: false,
  isHoldOver: false,
  certificate: undefined,
  restored: undefined,
  isOutputKnown: false,
  phase: 'open',
  hasDissented: false,
  accused: [],
});

export const unchanged = (state: RoundState): RoundStep => ({ state, effects: [] });

/** `list` with `value` at place `seat`. */
export const withSeat = <T>(list: readonly T[], seat: number, value: T): readonly T[] => list.with(seat, value);
