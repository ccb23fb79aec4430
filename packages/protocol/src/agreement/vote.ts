import type { ResultStatement } from '../message/result-statement.ts';
import { hasQuorum } from '../quorum/threshold.ts';
import { medoidOf } from '../tensor/medoid.ts';
import { auditedOf, isAuditRound } from './earlier.ts';
import type { RoundParams } from './event.ts';
import { lockOf } from './lock.ts';
import { agrees, isStatedInReveal, lockedReveal, lockedReveals, outputOf, tensorsOf, type Value } from './output.ts';
import type { Lock, RoundState, Rule } from './state.ts';
import { statementOf, statementOn } from './statement.ts';

interface CanonicalValue extends Value {
  readonly seat: number;
}

/** After our reveal the missing reveals get a window; then the vote goes without them. */
export const revealTimerRule: Rule = (params, state) => {
  if (params.mode.type === 'exact' || isAuditRound(params)) return undefined;
  if (state.spent.reveal === undefined || state.revealTimer !== 'idle') return undefined;
  return {
    state: { ...state, revealTimer: 'running' },
    effects: [{ type: 'start-timer', timer: 'reveal', delayMs: params.timing.revealMs }],
  };
};

/** The threshold-feasible medoid of the opened members of the lock. */
const medoidOfReveals = (params: RoundParams, state: RoundState, lock: Lock): CanonicalValue | undefined => {
  if (params.mode.type === 'exact') return undefined;
  const revealed = lockedReveals(state, lock);
  const medoid = medoidOf({
    candidates: revealed.flatMap(({ reveal, output }) => {
      const { seat, resultHash } = reveal.body;
      const tensors = tensorsOf(output);
      return tensors === undefined ? [] : [{ seat, resultHash, weight: params.seats[seat]?.weight ?? 0n, tensors }];
    }),
    tolerance: params.mode,
    isQuorum: (seats) => hasQuorum(params.seats, seats),
  });
  const centre = revealed.find(({ reveal }) => reveal.body.seat === medoid?.seat);
  return centre && { seat: centre.reveal.body.seat, resultHash: centre.reveal.body.resultHash, output: centre.output };
};

/** Once there is a certificate only its value is worth a vote; before, the medoid of what was revealed in time. */
const canonicalOf = (params: RoundParams, state: RoundState, lock: Lock): CanonicalValue | undefined => {
  const certified = state.certificate?.statement;
  if (certified !== undefined) {
    if (certified.lockRoot !== lock.root) return undefined;
    const agreed = outputOf(params, state, { lock, resultDigest: certified.resultDigest });
    const owner = lockedReveals(state, lock).find(({ reveal }) => reveal.body.resultHash === agreed?.resultHash);
    return agreed && owner && { seat: owner.reveal.body.seat, ...agreed };
  }
  const isComplete = lock.members.every(({ seat }) => lockedReveal(state, { lock, seat }) !== undefined);
  return isComplete || state.revealTimer === 'expired' ? medoidOfReveals(params, state, lock) : undefined;
};

/** What a vote would say, and the value it would stand for. */
interface Ballot {
  readonly canonicalSeat: number;
  readonly statement: ResultStatement;
  readonly value: Value;
}

const medoidBallot = (params: RoundParams, state: RoundState, lock: Lock): Ballot | undefined => {
  const value = canonicalOf(params, state, lock);
  return value && { canonicalSeat: value.seat, statement: statementOf(params, lock, value.resultHash), value };
};

/** An audit votes on the digest of round 0 itself: whoever holds both certificates sees that they are of one value. */
const auditBallot = (params: RoundParams, state: RoundState, lock: Lock): Ballot | undefined => {
  const value = auditedOf(params, state);
  return value && { canonicalSeat: 0, statement: statementOn(params, lock, value.resultDigest), value };
};

/** REVEALED -> VOTED in tolerance mode and in audits: once, and only for a value that our own execution agrees with (I2). */
export const voteRule: Rule = (params, state) => {
  const { own, spent, phase } = state;
  const { mySeat: seat } = params;
  if (isStatedInReveal(params) || seat === undefined || own === undefined) return undefined;
  if (spent.vote || spent.reveal === undefined || phase !== 'open') return undefined;
  const lock = lockOf(state, spent.reveal);
  // Our own reveal must be out, or the others could not count the vote.
  if (lock === undefined || lockedReveal(state, { lock, seat }) === undefined) return undefined;
  const ballot = isAuditRound(params) ? auditBallot(params, state, lock) : medoidBallot(params, state, lock);
  if (ballot === undefined || !agrees(params, own, ballot.value)) return undefined;
  const { canonicalSeat, statement } = ballot;
  return {
    state: { ...state, spent: { ...spent, vote: true } },
    effects: [{ type: 'sign', unsigned: { type: 'vote', seat, canonicalSeat, statement } }],
  };
};
