import type { Certificate } from '../message/certificate.ts';
import { DISSENT, DISSENT_WITHHELD, type Dissent, decodeDissent, statementHashOf } from '../message/dissent.ts';
import { tryDecode } from './decode.ts';
import {
  type AcceptedStatement,
  judgeSeatStatement,
  type SeatPlace,
  type SeatStatementContext,
} from './seat-statement.ts';
import { ignore, reject, type Verdict } from './verdict.ts';

export interface DissentContext extends SeatStatementContext {
  /** The certificate we hold for the task's round. */
  readonly held: (place: SeatPlace) => Certificate | undefined;
  /** `isDissentKnown` of the task. */
  readonly isSeen: (dissent: SeatPlace & Pick<Dissent, 'statementHash'>) => boolean;
  /** The round's settle timer has fired: its certificate can no more be objected to. */
  readonly isSettleable: (place: SeatPlace) => boolean;
}

/** Judges a gossiped dissent (protocol.md section 7). One ahead of its certificate is accepted: the task machine keeps it. */
export const validateDissent = (bytes: Uint8Array, context: DissentContext): Verdict<AcceptedStatement<Dissent>> => {
  // [REJECT] undecodable
  const signed = tryDecode(decodeDissent, bytes);
  if (signed === undefined) return reject('MALFORMED');
  const { body } = signed;
  // [IGNORE] a reason that a later version may define
  if (body.reason > DISSENT_WITHHELD) return ignore('UNSUPPORTED');
  // [IGNORE] the same again, or third of a seat
  if (context.isSeen(body)) return ignore('SEEN');
  // [IGNORE] after T_SETTLE
  if (context.isSettleable(body)) return ignore('TOO_LATE');
  // [IGNORE] seat not in the lock of the certificate: another certificate may lock it
  const locked = context.held(body)?.locked;
  if (locked !== undefined && !locked.some(({ seat }) => seat === body.seat)) return ignore('NOT_LOCKED');
  // [IGNORE] about another certificate than the one we hold
  const statement = context.held(body)?.statement;
  if (statement !== undefined && statementHashOf(statement) !== body.statementHash) return ignore('OTHER_STATEMENT');
  return judgeSeatStatement(context, { schema: DISSENT, signed });
};
