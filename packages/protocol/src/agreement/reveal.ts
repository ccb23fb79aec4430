import { openedBy } from './commit.ts';
import type { RoundParams } from './event.ts';
import { closedRootOf, fullLockOf, isOutvoted, lockOf, withLock } from './lock.ts';
import { isStatedInReveal } from './output.ts';
import {
  type Lock,
  type RevealMessage,
  type RoundState,
  type RoundStep,
  type Rule,
  unchanged,
  withSeat,
} from './state.ts';
import { statementOf } from './statement.ts';

/** Different reveals kept of one seat. An honest seat has one; a Byzantine seat that has more only hides its own. */
const MAX_REVEALS_PER_SEAT = 4;

const isSameReveal = (a: RevealMessage, b: RevealMessage): boolean =>
  a.reveal.body.lockRoot === b.reveal.body.lockRoot &&
  a.reveal.body.resultHash === b.reveal.body.resultHash &&
  a.reveal.body.salt === b.reveal.body.salt;

/** Keeps a reveal; whether it opens a locked commit may be known only later. */
export const recordReveal = (params: RoundParams, state: RoundState, message: RevealMessage): RoundStep => {
  const { seat, lockRoot, resultHash, salt } = message.reveal.body;
  const operator = params.seats[seat]?.operator;
  if (operator === undefined) return unchanged(state);
  const known = state.reveals[seat] ?? [];
  if (known.length >= MAX_REVEALS_PER_SEAT || known.some((reveal) => isSameReveal(reveal.message, message)))
    return unchanged(state);
  const opens = openedBy(params, { seat, operator, resultHash, salt });
  const spent = seat === params.mySeat ? { ...state.spent, reveal: lockRoot } : state.spent;
  const reveals = withSeat(state.reveals, seat, [...known, { message, opens, isExamined: false }]);
  return unchanged({ ...state, reveals, spent });
};

/**
 * Forwards another seat's first reveal that opens its commit, once. Without it a seat that reveals to some members only
 * forces a failed round in 64 % of runs at n = 5 (P section 14).
 */
export const relayRule: Rule = (params, state) => {
  for (const [seat, reveals] of state.reveals.entries()) {
    if (state.relayed[seat] || seat === params.mySeat) continue;
    const opened = reveals.find(({ opens }) =>
      state.commits[seat]?.some(({ signed }) => signed.body.commitHash === opens),
    );
    if (opened === undefined) continue;
    return {
      state: { ...state, relayed: withSeat(state.relayed, seat, true) },
      effects: [{ type: 'relay', message: opened.message }],
    };
  }
  return undefined;
};

/** The lock to reveal under: a closed one, or that of all seats unless we voted for another. */
const lockToReveal = (params: RoundParams, state: RoundState): Lock | undefined => {
  const closed = closedRootOf(params, state);
  // A closed root whose commits are still unknown: wait for them, another root can no more win.
  if (closed !== undefined) return lockOf(state, closed);
  const full = fullLockOf(params, state);
  if (full === undefined || isOutvoted(params, state, full.root)) return undefined;
  return state.spent.lockVote === undefined || state.spent.lockVote === full.root ? full : undefined;
};

/** COMMITTED or LOCKING -> REVEALED: never before the set of commits is closed (I3), and only what our commit says. */
export const revealRule: Rule = (params, state) => {
  const { own, spent, phase } = state;
  const { mySeat: seat, taskId, round } = params;
  const operator = seat === undefined ? undefined : params.seats[seat]?.operator;
  if (
    seat === undefined ||
    operator === undefined ||
    own === undefined ||
    spent.reveal !== undefined ||
    phase !== 'open'
  )
    return undefined;
  const lock = lockToReveal(params, state);
  const member = lock?.members.find((candidate) => candidate.seat === seat);
  if (lock === undefined || member === undefined) return undefined;
  const { resultHash, salt, execMs, output } = own;
  const reveal = { taskId, round, seat, lockRoot: lock.root, resultHash, salt, execMs };
  // A commit of an earlier life whose result was lost: there is nothing to open it with.
  if (member.commit.signed.body.commitHash !== openedBy(params, { seat, operator, resultHash, salt })) return undefined;
  const statement = isStatedInReveal(params) ? statementOf(params, lock, resultHash) : undefined;
  return {
    state: { ...withLock(state, lock), spent: { ...spent, reveal: lock.root } },
    effects: [{ type: 'sign', unsigned: { type: 'reveal', reveal, output, statement } }],
  };
};
