import { DECLINE, type Decline, decodeDecline } from '../message/decline.ts';
import { tryDecode } from './decode.ts';
import {
  type AcceptedStatement,
  judgeSeatStatement,
  type SeatPlace,
  type SeatStatementContext,
} from './seat-statement.ts';
import { ignore, reject, type Verdict } from './verdict.ts';

/** `committee` gives the seats of round 0 as they were drawn: a decline is signed by who was drawn, not by the substitute. */
export interface DeclineContext extends SeatStatementContext {
  readonly isSeen: (place: SeatPlace) => boolean;
  /** Whether a Commit of the seat is known: then it has accepted. */
  readonly hasCommitted: (place: SeatPlace) => boolean;
  /** Whether its time is over: not `isOpenForDeclines` of the task. Undefined: left to the machine. */
  readonly isOver?: (place: SeatPlace) => boolean;
  /** Whether the draw has a substitute for the seat; only asked once the committee is drawn. */
  readonly hasSubstitute: (place: SeatPlace) => boolean;
}

/** Judges a gossiped decline. */
export const validateDecline = (bytes: Uint8Array, context: DeclineContext): Verdict<AcceptedStatement<Decline>> => {
  // [REJECT] undecodable
  const signed = tryDecode(decodeDecline, bytes);
  if (signed === undefined) return reject('MALFORMED');
  const { body } = signed;
  // [REJECT] only round 0 has substitutes
  if (body.round !== 0) return reject('MALFORMED');
  // [IGNORE] second of a seat
  if (context.isSeen(body)) return ignore('SEEN');
  // [IGNORE] its commit came first, for us, or round 0 is over
  if (context.hasCommitted(body) || context.isOver?.(body) === true) return ignore('TOO_LATE');
  const verdict = judgeSeatStatement(context, { schema: DECLINE, signed });
  const isVerified = verdict.type === 'accept' && verdict.value.type === 'verified';
  // [IGNORE] the pool is too small for substitutes
  return isVerified && !context.hasSubstitute(body) ? ignore('NO_SUBSTITUTE') : verdict;
};
