import { AUDIT_ROUND } from '../committee/audit.ts';
import { resultDigestOf } from '../message/result-statement.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { resultHashOf } from '../tensor/canonical.ts';
import type { RoundParams } from './event.ts';
import type { EarlierValue, RoundState, RoundStep } from './state.ts';
import { unchanged } from './state.ts';

/*
 * A round's values stay inside its committee, so fresh seats and auditors do not know what an earlier certificate says: its
 * digest is blinded. Once the lock of the later round is closed nobody can copy any more, and its old members open the
 * digest. An opening proves itself: nobody finds another blind and output for a digest.
 */

export const isAuditRound = ({ round }: Pick<RoundParams, 'round'>): boolean => round === AUDIT_ROUND;

/** Keeps the opening of an earlier certificate if it opens one we know, and passes it on once our own lock is closed. */
export const recordEarlierValue = (
  params: RoundParams,
  state: RoundState,
  message: Extract<SeatMessage, { readonly type: 'earlier-value' }>,
): RoundStep => {
  const { earlierRound, blind, output } = message;
  const earlier = params.earlier?.find(({ round }) => round === earlierRound);
  if (earlier === undefined || state.earlierValues.some(({ round }) => round === earlierRound)) return unchanged(state);
  const resultHash = resultHashOf(output);
  if (resultDigestOf(params.taskId, blind, resultHash) !== earlier.resultDigest) return unchanged(state);
  const next = { ...state, earlierValues: [...state.earlierValues, { round: earlierRound, resultHash, output }] };
  const isOurs = message.seat === params.mySeat;
  return { state: next, effects: isOurs || state.spent.reveal === undefined ? [] : [{ type: 'relay', message }] };
};

/** What an audit is about: the certified value of round 0 under the digest of its certificate, once somebody opened it. */
export const auditedOf = (
  { earlier }: RoundParams,
  { earlierValues }: RoundState,
): (EarlierValue & { readonly resultDigest: Bytes32 }) | undefined => {
  const resultDigest = earlier?.find(({ round }) => round === 0)?.resultDigest;
  const value = earlierValues.find(({ round }) => round === 0);
  return value && resultDigest && { ...value, resultDigest };
};
