import { type Domain, digestOf } from '../message/domain.ts';
import type { Signed } from '../message/signed.ts';
import type { Address, TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import type { RecordSchema } from '../wire/record.ts';
import type { CommitteeKnowledge } from './certificate.ts';
import { accept, ignore, reject, type Verdict } from './verdict.ts';

/** What a gossiped statement of one seat is about. */
export interface SeatPlace {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
}

export interface SeatStatementContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** Seats of the task's round: all that were drawn up to it. */
  readonly committee: (place: SeatPlace) => CommitteeKnowledge;
  /** A session key of a recent snapshot: what it signs is worth a place in a bounded queue. */
  readonly isSessionKey: (key: Address) => boolean;
}

export type AcceptedStatement<T> =
  | { readonly type: 'verified'; readonly signed: Verified<Signed<T>> }
  /** Ahead of its order or beacon, signed by an operator. To be judged again when the round is seated. */
  | { readonly type: 'parked'; readonly signed: Signed<T> };

/** [REJECT] no such seat, or not signed by an operator; [IGNORE] a round we have not seated, unless an operator signed: parked. */
export const judgeSeatStatement = <T extends SeatPlace>(
  { domain, secp256k1, committee, isSessionKey }: SeatStatementContext,
  { schema, signed }: { readonly schema: RecordSchema<T>; readonly signed: Signed<T> },
): Verdict<AcceptedStatement<T>> => {
  const { body, signature } = signed;
  const known = committee(body);
  const signer = secp256k1.recover(digestOf(domain, schema, body), signature);
  const isOperators = signer !== undefined && isSessionKey(signer);
  if (known.type === 'drawn') {
    const seat = known.seats[body.seat];
    if (seat !== undefined && signer === seat.sessionKey)
      return accept({ type: 'verified', signed: markVerified(signed) });
    // [IGNORE] an operator that holds no such seat for us: a reorg or a decline we missed may have drawn another committee
    if (isOperators) return ignore('OTHER_COMMITTEE');
    return reject(seat === undefined ? 'NOT_A_SEAT' : 'BAD_SIGNATURE');
  }
  if (isOperators) return accept({ type: 'parked', signed });
  return ignore(known.type === 'unknown' ? 'UNKNOWN_TASK' : 'BEACON_PENDING');
};
