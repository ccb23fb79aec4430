import { ProtocolError } from '../errors.ts';
import { resultDigestOf } from '../message/result-statement.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { decodeCanonical } from '../tensor/canonical.ts';
import { distanceOf } from '../tensor/distance.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { auditedOf, isAuditRound } from './earlier.ts';
import type { RoundParams } from './event.ts';
import type { Lock, RevealMessage, RoundState } from './state.ts';

/** The tensors of an output, or undefined if its bytes are not canonical: such an output agrees with nothing. */
export const tensorsOf = (output: Uint8Array): readonly Tensor[] | undefined => {
  try {
    return decodeCanonical(output);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

/** The reveal that opens this seat's commit in the lock: only one can, for the commit binds. */
export const lockedReveal = (
  state: RoundState,
  { lock, seat }: { readonly lock: Lock; readonly seat: number },
): RevealMessage | undefined => {
  const member = lock.members.find((candidate) => candidate.seat === seat);
  return state.reveals[seat]?.find(({ opens }) => opens === member?.commit.signed.body.commitHash)?.message;
};

/** All opened members of the lock, ascending by seat. */
export const lockedReveals = (state: RoundState, lock: Lock): readonly RevealMessage[] =>
  lock.members.flatMap(({ seat }) => lockedReveal(state, { lock, seat }) ?? []);

/** An output with its hash. */
export interface Value {
  readonly resultHash: Bytes32;
  readonly output: Uint8Array;
}

/** In exact mode the reveal carries the statement; a tolerance mode and every audit vote on what was revealed. */
export const isStatedInReveal = (params: Pick<RoundParams, 'mode' | 'round'>): boolean =>
  params.mode.type === 'exact' && !isAuditRound(params);

/**
 * The output behind a digest of this lock: a member's revealed one or our own; in an audit the one that round 0 certified.
 * Undefined if we do not hold it.
 */
export const outputOf = (
  params: RoundParams,
  state: RoundState,
  { lock, resultDigest }: { readonly lock: Lock; readonly resultDigest: Bytes32 },
): Value | undefined => {
  if (isAuditRound(params)) {
    const audited = auditedOf(params, state);
    return audited?.resultDigest === resultDigest ? audited : undefined;
  }
  const known = lockedReveals(state, lock).map(({ reveal, output }) => ({
    resultHash: reveal.body.resultHash,
    output,
  }));
  return [...known, ...(state.own === undefined ? [] : [state.own])].find(
    ({ resultHash }) => resultDigestOf(params.taskId, lock.blind, resultHash) === resultDigest,
  );
};

/** Whether an output counts as the agreed one: equal bytes, or within the model's tolerance. */
export const agrees = (params: RoundParams, a: Value, b: Value): boolean => {
  if (a.resultHash === b.resultHash) return true;
  if (params.mode.type === 'exact') return false;
  const [left, right] = [tensorsOf(a.output), tensorsOf(b.output)];
  return left !== undefined && right !== undefined && distanceOf(left, right, params.mode) <= 1;
};
