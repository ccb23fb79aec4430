import type { RoundParams } from '../agreement/event.ts';
import { isStatedInReveal } from '../agreement/output.ts';
import { COMMIT } from '../message/commit.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { LOCK_VOTE } from '../message/lock-vote.ts';
import { RESULT_STATEMENT } from '../message/result-statement.ts';
import { REVEAL } from '../message/reveal.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { Signed } from '../message/signed.ts';
import { unpackFindings, VERDICT } from '../message/task-verdict.ts';
import { type Secp256k1, SIGNATURE_SIZE_BYTES } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { resultHashOf } from '../tensor/canonical.ts';
import { MAX_INLINE_TENSOR_BYTES } from '../wire/limits.ts';
import type { RecordSchema } from '../wire/record.ts';

/** Why a message of a committee stream is dropped. `UNKNOWN_TASK`: of another task or round, perhaps honest. */
export type SeatMessageRejection = 'UNKNOWN_TASK' | 'NOT_A_SEAT' | 'MALFORMED' | 'BAD_HASH' | 'BAD_SIGNATURE';

interface Checks {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly params: RoundParams;
}

type Reveal = Extract<SeatMessage, { readonly type: 'reveal' }>;
type Vote = Extract<SeatMessage, { readonly type: 'vote' }>;
type EarlierValue = Extract<SeatMessage, { readonly type: 'earlier-value' }>;
type VerdictVote = Extract<SeatMessage, { readonly type: 'verdict-vote' }>;

/** [DROP] of another round; [DROP] no such seat; [DROP] not signed by the seat's session key. */
const signedRejection = <T extends { readonly taskId: string; readonly round: number }>(
  { domain, secp256k1, params }: Checks,
  { schema, seat, signed }: { readonly schema: RecordSchema<T>; readonly seat: number; readonly signed: Signed<T> },
): SeatMessageRejection | undefined => {
  if (signed.body.taskId !== params.taskId || signed.body.round !== params.round) return 'UNKNOWN_TASK';
  const sessionKey = params.seats[seat]?.sessionKey;
  if (sessionKey === undefined) return 'NOT_A_SEAT';
  const signer = secp256k1.recover(digestOf(domain, schema, signed.body), signed.signature);
  return signer === sessionKey ? undefined : 'BAD_SIGNATURE';
};

/**
 * The statement signature is only sized here: what it signs follows from the lock, which may not be known yet, so the
 * reducer checks it (examineRule). Whether the reveal opens its commit is the reducer's question too.
 */
const revealRejection = (checks: Checks, message: Reveal): SeatMessageRejection | undefined => {
  const { reveal, output, statementSignature } = message;
  const sizeBytes = isStatedInReveal(checks.params) ? SIGNATURE_SIZE_BYTES : 0;
  if (statementSignature.length !== sizeBytes || output.length > MAX_INLINE_TENSOR_BYTES) return 'MALFORMED';
  const rejection = signedRejection(checks, { schema: REVEAL, seat: reveal.body.seat, signed: reveal });
  if (rejection !== undefined) return rejection;
  return resultHashOf(output) === reveal.body.resultHash ? undefined : 'BAD_HASH';
};

const voteRejection = (checks: Checks, { seat, canonicalSeat, statement }: Vote): SeatMessageRejection | undefined => {
  const { seats, epoch } = checks.params;
  const rejection = signedRejection(checks, { schema: RESULT_STATEMENT, seat, signed: statement });
  if (rejection !== undefined) return rejection;
  const isOfCommittee = statement.body.epoch === epoch && statement.body.seatCount === seats.length;
  return isOfCommittee && canonicalSeat < seats.length ? undefined : 'MALFORMED';
};

const verdictVoteRejection = (checks: Checks, { seat, verdict }: VerdictVote): SeatMessageRejection | undefined => {
  const rejection = signedRejection(checks, { schema: VERDICT, seat, signed: verdict });
  if (rejection !== undefined) return rejection;
  return unpackFindings(verdict.body.findings, checks.params.seats.length) === undefined ? 'MALFORMED' : undefined;
};

/** [DROP] of another round; [DROP] too large. Whether it opens the digest is the reducer's question: it has the certificate. */
const earlierValueRejection = ({ params }: Checks, message: EarlierValue): SeatMessageRejection | undefined => {
  if (message.taskId !== params.taskId || message.round !== params.round) return 'UNKNOWN_TASK';
  if (message.seat >= params.seats.length) return 'NOT_A_SEAT';
  return message.output.length > MAX_INLINE_TENSOR_BYTES ? 'MALFORMED' : undefined;
};

const rejectionOf = (checks: Checks, message: SeatMessage): SeatMessageRejection | undefined => {
  switch (message.type) {
    case 'commit': {
      const { commit } = message;
      return signedRejection(checks, { schema: COMMIT, seat: commit.body.seat, signed: commit });
    }
    case 'lock-vote': {
      const { lockVote } = message;
      return signedRejection(checks, { schema: LOCK_VOTE, seat: lockVote.body.seat, signed: lockVote });
    }
    case 'reveal':
      return revealRejection(checks, message);
    case 'vote':
      return voteRejection(checks, message);
    case 'verdict-vote':
      return verdictVoteRejection(checks, message);
    case 'earlier-value':
      return earlierValueRejection(checks, message);
  }
};

/**
 * Checks a message of a committee stream by itself: of this round, from a seat, within the sizes, signed by that seat's
 * session key, the output hashing to `resultHash`. It may have come through any member: relays are welcome.
 */
export const validateSeatMessage = ({
  message,
  ...checks
}: Checks & { readonly message: SeatMessage }): Verified<SeatMessage> | SeatMessageRejection =>
  rejectionOf(checks, message) ?? markVerified(message);
