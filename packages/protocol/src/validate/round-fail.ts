import { decodeRoundFail, ROUND_FAIL, type RoundFail } from '../message/round-fail.ts';
import { tryDecode } from './decode.ts';
import {
  type AcceptedStatement,
  judgeSeatStatement,
  type SeatPlace,
  type SeatStatementContext,
} from './seat-statement.ts';
import { ignore, reject, type Verdict } from './verdict.ts';

export interface RoundFailContext extends SeatStatementContext {
  readonly isSeen: (place: SeatPlace) => boolean;
  /** Whether a certificate of the round is held: then it has not failed. */
  readonly isCertified: (place: SeatPlace) => boolean;
}

/** Judges a gossiped round fail. */
export const validateRoundFail = (
  bytes: Uint8Array,
  context: RoundFailContext,
): Verdict<AcceptedStatement<RoundFail>> => {
  // [REJECT] undecodable
  const signed = tryDecode(decodeRoundFail, bytes);
  if (signed === undefined) return reject('MALFORMED');
  // [IGNORE] second of a seat
  if (context.isSeen(signed.body)) return ignore('SEEN');
  // [IGNORE] the seat may not have heard of the certificate that we hold
  if (context.isCertified(signed.body)) return ignore('TOO_LATE');
  return judgeSeatStatement(context, { schema: ROUND_FAIL, signed });
};
