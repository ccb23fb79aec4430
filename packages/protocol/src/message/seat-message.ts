import { ProtocolError } from '../errors.ts';
import type { Bytes32, TaskId } from '../primitives/hex.ts';
import { MAX_INLINE_TENSOR_BYTES, MAX_LOCKED_SEATS, MAX_STREAM_FRAME_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema, recordFromWire, recordToWire, type Wire } from '../wire/record.ts';
import { COMMIT, type Commit } from './commit.ts';
import { LOCK_VOTE, type LockVote } from './lock-vote.ts';
import { RESULT_STATEMENT, type ResultStatement } from './result-statement.ts';
import { REVEAL, type Reveal } from './reveal.ts';
import { type Signed, signatureFromWire, signedFromWire, signedToWire } from './signed.ts';
import { type TaskVerdict, VERDICT } from './task-verdict.ts';

/** What seats of one committee send each other over direct streams (protocol.md section 5). */
export type SeatMessage =
  | { readonly type: 'commit'; readonly commit: Signed<Commit> }
  | {
      readonly type: 'lock-vote';
      readonly lockVote: Signed<LockVote>;
      /** Bit s: seat s is in the set behind the root. Not signed: it only says what to try first, for large unions. */
      readonly lockedSeats: bigint;
    }
  | {
      readonly type: 'reveal';
      readonly reveal: Signed<Reveal>;
      /** Canonical bytes of the output tensors. */
      readonly output: Uint8Array;
      /** EXACT mode: the sender's signature of its own ResultStatement; empty in tolerance mode. */
      readonly statementSignature: Uint8Array;
    }
  | {
      /** TOLERANCE mode: the statement on the canonical value, by the voting seat. */
      readonly type: 'vote';
      readonly seat: number;
      readonly canonicalSeat: number;
      readonly statement: Signed<ResultStatement>;
    }
  | {
      /** Rounds >= 1, after the certificate: what this seat found about all seats of the union. */
      readonly type: 'verdict-vote';
      readonly seat: number;
      readonly verdict: Signed<TaskVerdict>;
    }
  | {
      /**
       * Audits and rounds >= 1, after their lock: what the certificate of an earlier round says. Not signed: whether it is
       * true is seen from that certificate's digest.
       */
      readonly type: 'earlier-value';
      readonly taskId: TaskId;
      /** The round that runs. */
      readonly round: number;
      /** The sender. */
      readonly seat: number;
      /** The round whose certificate it opens. */
      readonly earlierRound: number;
      readonly blind: Bytes32;
      /** Canonical bytes of the certified output. */
      readonly output: Uint8Array;
    };

const KIND_COMMIT = 16;
const KIND_LOCK_VOTE = 17;
const KIND_REVEAL = 18;
const KIND_VOTE = 19;
const KIND_VERDICT_VOTE = 20;
const KIND_EARLIER_VALUE = 21;

type EarlierValue = Extract<SeatMessage, { readonly type: 'earlier-value' }>;
type EarlierPlace = Pick<EarlierValue, 'taskId' | 'round' | 'seat' | 'earlierRound' | 'blind'>;

const EARLIER_PLACE: RecordSchema<EarlierPlace> = {
  name: 'EarlierValue',
  fields: { taskId: 'bytes32', round: 'uint8', seat: 'uint16', earlierRound: 'uint8', blind: 'bytes32' },
};

export const encodeSeatMessage = (message: SeatMessage): Uint8Array => {
  switch (message.type) {
    case 'commit':
      return encodeWire([KIND_COMMIT, signedToWire(COMMIT, message.commit)]);
    case 'lock-vote':
      return encodeWire([KIND_LOCK_VOTE, signedToWire(LOCK_VOTE, message.lockVote), message.lockedSeats]);
    case 'reveal':
      return encodeWire([
        KIND_REVEAL,
        signedToWire(REVEAL, message.reveal),
        message.output,
        message.statementSignature,
      ]);
    case 'vote':
      return encodeWire([
        KIND_VOTE,
        message.seat,
        message.canonicalSeat,
        signedToWire(RESULT_STATEMENT, message.statement),
      ]);
    case 'verdict-vote':
      return encodeWire([KIND_VERDICT_VOTE, message.seat, signedToWire(VERDICT, message.verdict)]);
    case 'earlier-value':
      return encodeWire([KIND_EARLIER_VALUE, recordToWire(EARLIER_PLACE, message), message.output]);
  }
};

const seatNumber = (wire: unknown): number => {
  if (typeof wire !== 'number' || wire < 0 || wire > 0xffff)
    throw new ProtocolError('BAD_ENCODING', 'vote: expected a seat');
  return wire;
};

const lockVoteFromWire = ([, lockVote, seats]: readonly Wire[]): SeatMessage => {
  const isInteger = typeof seats === 'bigint' || (typeof seats === 'number' && Number.isSafeInteger(seats));
  const lockedSeats = isInteger ? BigInt(seats) : -1n;
  if (lockedSeats < 0n || lockedSeats >> BigInt(MAX_LOCKED_SEATS) !== 0n)
    throw new ProtocolError('BAD_ENCODING', 'lock vote: expected a set of seats');
  return { type: 'lock-vote', lockVote: signedFromWire(LOCK_VOTE, lockVote), lockedSeats };
};

const outputFromWire = (output: unknown): Uint8Array => {
  if (!(output instanceof Uint8Array)) throw new ProtocolError('BAD_ENCODING', 'seat message: expected an output');
  if (output.length > MAX_INLINE_TENSOR_BYTES) throw new ProtocolError('TOO_LARGE', `output of ${output.length} bytes`);
  return output;
};

const revealFromWire = ([, reveal, output, signature]: readonly Wire[]): SeatMessage => {
  const isEmpty = signature instanceof Uint8Array && signature.length === 0;
  return {
    type: 'reveal',
    reveal: signedFromWire(REVEAL, reveal),
    output: outputFromWire(output),
    statementSignature: isEmpty ? signature : signatureFromWire('reveal', signature),
  };
};

/** Throws TOO_LARGE or BAD_ENCODING. Signatures are not checked here (see validate/). */
export const decodeSeatMessage = (bytes: Uint8Array): SeatMessage => {
  const wire = decodeWire(bytes, MAX_STREAM_FRAME_BYTES);
  if (!Array.isArray(wire)) throw new ProtocolError('BAD_ENCODING', 'seat message: expected an array');
  const [kind, ...rest] = wire;
  if (kind === KIND_COMMIT && rest.length === 1) return { type: 'commit', commit: signedFromWire(COMMIT, rest[0]) };
  if (kind === KIND_LOCK_VOTE && rest.length === 2) return lockVoteFromWire(wire);
  if (kind === KIND_REVEAL && rest.length === 3) return revealFromWire(wire);
  if (kind === KIND_VOTE && rest.length === 3) {
    return {
      type: 'vote',
      seat: seatNumber(rest[0]),
      canonicalSeat: seatNumber(rest[1]),
      statement: signedFromWire(RESULT_STATEMENT, rest[2]),
    };
  }
  if (kind === KIND_VERDICT_VOTE && rest.length === 2)
    return { type: 'verdict-vote', seat: seatNumber(rest[0]), verdict: signedFromWire(VERDICT, rest[1]) };
  if (kind === KIND_EARLIER_VALUE && rest.length === 2)
    return { type: 'earlier-value', ...recordFromWire(EARLIER_PLACE, rest[0]), output: outputFromWire(rest[1]) };
  throw new ProtocolError('BAD_ENCODING', `seat message: unknown kind ${String(kind)}`);
};

/** Whose duty a seat message fulfils. */
export interface SeatDuty {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
}

export const dutyOf = (message: SeatMessage): SeatDuty => {
  switch (message.type) {
    case 'commit':
      return message.commit.body;
    case 'lock-vote':
      return message.lockVote.body;
    case 'reveal':
      return message.reveal.body;
    case 'vote':
      return { ...message.statement.body, seat: message.seat };
    case 'verdict-vote':
      return { ...message.verdict.body, seat: message.seat };
    case 'earlier-value':
      return message;
  }
};
