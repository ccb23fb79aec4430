import type { SeatMessage } from '../message/seat-message.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { hasThreshold, meetsThreshold, totalWeightOf, weightOf } from '../quorum/threshold.ts';
import { accuse } from './accuse.ts';
import { lockableCommits } from './commit.ts';
import type { RoundParams } from './event.ts';
import { createLock, resolveLock, seatsToBits, withHint } from './resolve.ts';
import { type Lock, type RoundState, type RoundStep, type Rule, unchanged, withSeat } from './state.ts';

export const lockOf = (state: RoundState, root: Bytes32): Lock | undefined =>
  state.locks.find((lock) => lock.root === root);

export const withLock = (state: RoundState, lock: Lock): RoundState =>
  lockOf(state, lock.root) === undefined ? { ...state, locks: [...state.locks, lock] } : state;

/** Roots that seats of at least 70 % of the weight name. `named` gives each seat's roots. */
const rootsWithThreshold = (params: RoundParams, named: readonly (readonly Bytes32[])[]): readonly Bytes32[] =>
  [...new Set(named.flat())].filter((root) =>
    hasThreshold(
      params.seats,
      named.flatMap((roots, seat) => (roots.includes(root) ? [seat] : [])),
    ),
  );

/** The root that is closed for good: 70 % voted for it, or a certificate says so, which takes 70 % that revealed under it. */
export const closedRootOf = (params: RoundParams, state: RoundState): Bytes32 | undefined =>
  state.certificate?.statement.lockRoot ??
  rootsWithThreshold(
    params,
    state.lockVotes.map((vote) => (vote === undefined ? [] : [vote.body.lockRoot])),
  )[0];

/** Learns which commits are behind a root that matters. Late commits count: others may have locked what we did not. */
export const resolveRule: Rule = (params, state) => {
  const followed = state.reveals.map((reveals, seat) => [
    ...reveals.map(({ message }) => message.reveal.body.lockRoot),
    ...(state.statements[seat] === undefined ? [] : [state.statements[seat].body.lockRoot]),
  ]);
  const roots = [state.spent.reveal, closedRootOf(params, state), ...rootsWithThreshold(params, followed)];
  for (const root of new Set(roots)) {
    if (root === undefined || lockOf(state, root) !== undefined) continue;
    const lock = resolveLock(params, state, { options: state.commits, root });
    if (lock !== undefined) return unchanged(withLock(state, lock));
  }
  return undefined;
};

/** A seat's first lock vote counts; a different second one is evidence (E1). */
export const recordLockVote = (
  params: RoundParams,
  state: RoundState,
  { lockVote: signed, lockedSeats }: Extract<SeatMessage, { readonly type: 'lock-vote' }>,
): RoundStep => {
  const { seat, lockRoot } = signed.body;
  const hinted = withHint(state, seat, lockedSeats);
  const first = state.lockVotes[seat];
  const operator = params.seats[seat]?.operator;
  if (operator === undefined) return unchanged(state);
  if (first !== undefined) return accuse(params, hinted, seat, { kind: 'lock-vote', operator, first, second: signed });
  const spent = seat === params.mySeat ? { ...state.spent, lockVote: lockRoot } : state.spent;
  return unchanged({ ...hinted, lockVotes: withSeat(state.lockVotes, seat, signed), spent });
};

/** 70 % have committed and somebody is missing: the missing ones get the grace window and no more. */
export const graceRule: Rule = (params, state) => {
  if (state.graceTimer !== 'idle' || !isWaitingForLock(params, state)) return undefined;
  return {
    state: { ...state, graceTimer: 'running' },
    effects: [{ type: 'start-timer', timer: 'grace', delayMs: params.timing.graceMs }],
  };
};

/** All seats have committed, as far as we know: their lock. */
export const fullLockOf = (params: RoundParams, state: RoundState): Lock | undefined => {
  const members = lockableCommits(state);
  return members.length === params.seats.length ? createLock(members) : undefined;
};

/**
 * Whether more than 30 % voted for other roots: they will never reveal under this one, so it can no more be certified.
 * It happens when a last commit comes while the grace timers of some have just expired.
 */
export const isOutvoted = (params: RoundParams, state: RoundState, root: Bytes32): boolean => {
  const { seats } = params;
  const others = state.lockVotes.flatMap((vote, seat) => (vote && vote.body.lockRoot !== root ? [seat] : []));
  const total = totalWeightOf(seats);
  return !meetsThreshold(total - weightOf(seats, others), total);
};

/** COMMITTED -> LOCKING: one vote that exactly this set of commits is closed. */
export const lockVoteRule: Rule = (params, state) => {
  const { mySeat: seat, taskId, round } = params;
  if (seat === undefined || !isWaitingForLock(params, state)) return undefined;
  const full = fullLockOf(params, state);
  const isDue = state.graceTimer === 'expired' || (full !== undefined && isOutvoted(params, state, full.root));
  if (!isDue) return undefined;
  const { root: lockRoot, members } = setToLock(params, state, seat);
  const lockVote = { taskId, round, seat, lockRoot };
  return {
    state: { ...state, spent: { ...state.spent, lockVote: lockRoot } },
    effects: [{ type: 'sign', unsigned: { type: 'lock-vote', lockVote, lockedSeats: seatsToBits(members) } }],
  };
};

/** Committed, and neither voted nor revealed: after a reveal our commits are as closed as after a vote. */
const isWaitingForLock = (params: RoundParams, state: RoundState): boolean => {
  const { mySeat: seat } = params;
  if (seat === undefined || state.phase !== 'open' || state.certificate !== undefined) return false;
  if (state.spent.lockVote !== undefined || state.spent.reveal !== undefined) return false;
  const known = lockableCommits(state).map((member) => member.seat);
  return known.includes(seat) && hasThreshold(params.seats, known);
};

/** The set of the lowest seat that voted, if we know all of it and are in it, so that votes meet; else all we know. */
const setToLock = (params: RoundParams, state: RoundState, mySeat: number): Lock => {
  const members = lockableCommits(state);
  const options = state.commits.map((_, seat) =>
    members.flatMap((member) => (member.seat === seat ? member.commit : [])),
  );
  for (const vote of state.lockVotes) {
    const lock = vote && resolveLock(params, state, { options, root: vote.body.lockRoot });
    if (lock?.members.some(({ seat }) => seat === mySeat)) return lock;
  }
  return createLock(members);
};
