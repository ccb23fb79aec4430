import type { Certificate } from '../message/certificate.ts';
import type { Commit } from '../message/commit.ts';
import type { Domain } from '../message/domain.ts';
import type { Evidence } from '../message/evidence.ts';
import type { LockVote } from '../message/lock-vote.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { Reveal } from '../message/reveal.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { RoundTiming } from '../params.ts';
import type { Bytes32, TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';

/** How outputs of one model are compared. */
export type AgreementMode =
  | { readonly type: 'exact' }
  /** |a - b| <= atol + rtol * max(|a|, |b|) for every element. */
  | { readonly type: 'tolerance'; readonly atol: number; readonly rtol: number };

/** Everything a round is a function of, besides its events. */
export interface RoundParams {
  readonly taskId: TaskId;
  readonly round: number;
  readonly epoch: bigint;
  readonly mode: AgreementMode;
  readonly seats: readonly Seat[];
  /** Undefined: an observer, who only follows. */
  readonly mySeat: number | undefined;
  readonly timing: RoundTiming;
  readonly domain: Domain;
  /** Pure: a reveal's statement signature can be checked only once its lock is known, so the reducer does it. */
  readonly recover: Secp256k1['recover'];
  /** Certificates of the rounds before, an audit's own included; of round 0 in an audit. */
  readonly earlier?: readonly EarlierResult[] | undefined;
}

/** What an earlier certificate of the task says, blinded. */
export interface EarlierResult {
  readonly round: number;
  readonly resultDigest: Bytes32;
}

/**
 * `withheld`: from the certificate until a locked seat whose reveal is still missing has withheld it. `verdict`: until its
 * seats vote on a verdict; `hold`: how long a task with a fault waits for one. The last two are the task machine's.
 */
export type TimerName = 'exec' | 'grace' | 'reveal' | 'round' | 'withheld' | 'verdict' | 'settle' | 'hold';

/** Own execution: the shell supplies the randomness. Persisted before the commit leaves. */
export interface OwnResult {
  readonly resultHash: Bytes32;
  /** Canonical bytes of the output tensors. */
  readonly output: Uint8Array;
  readonly salt: Bytes32;
  readonly blindShare: Bytes32;
  readonly execMs: number;
}

export type RoundEvent =
  | { readonly type: 'executed'; readonly result: OwnResult }
  | { readonly type: 'execution-failed' }
  /** A seat's message, own ones included: they come back signed by the shell. */
  | { readonly type: 'message'; readonly message: Verified<SeatMessage> }
  /** A certificate of this round that another member or gossip brought. */
  | { readonly type: 'certificate'; readonly certificate: Verified<Certificate> }
  | { readonly type: 'timer'; readonly timer: TimerName };

/** A statement for the shell to sign with the session key, under the signing guard. */
export type Unsigned =
  | { readonly type: 'commit'; readonly commit: Commit }
  | { readonly type: 'lock-vote'; readonly lockVote: LockVote; readonly lockedSeats: bigint }
  | {
      readonly type: 'reveal';
      readonly reveal: Reveal;
      readonly output: Uint8Array;
      readonly statement: ResultStatement | undefined;
    }
  | {
      readonly type: 'vote';
      readonly seat: number;
      readonly canonicalSeat: number;
      readonly statement: ResultStatement;
    };

/** The agreed output and the blind that opens a certificate's digest with it. */
export interface Agreed {
  readonly blind: Bytes32;
  readonly output: Uint8Array;
}

/** What the shell must do, in this order. */
export type RoundEffect =
  /** Durable before any later effect of the list is performed. */
  | { readonly type: 'persist'; readonly result: OwnResult }
  /** Sign, send to every other seat, and feed back as a `message` event. */
  | { readonly type: 'sign'; readonly unsigned: Unsigned }
  /** Send a message to every other seat as it is: another seat's first commit or reveal, or the value of an earlier round. */
  | { readonly type: 'relay'; readonly message: SeatMessage }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly delayMs: number }
  /** The round has its certificate (again with more signatures when they arrive): gossip it, deliver to the requester. */
  | {
      readonly type: 'certified';
      readonly certificate: Verified<Certificate>;
      /**
       * Undefined when this node does not hold the agreed output. Durable with the certificate: after a restart it is all
       * that can open the digest for the seats of a later round.
       */
      readonly agreed: Agreed | undefined;
    }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** DISSENT_DIFFERS: the certificate says otherwise than our own execution; DISSENT_WITHHELD: a locked seat did not reveal. */
  | { readonly type: 'dissent'; readonly reason: number }
  /** T_SETTLE passed: hand the certificate to the batcher. */
  | { readonly type: 'settleable'; readonly certificate: Verified<Certificate> }
  /** No certificate in time: the requester is refunded. */
  | { readonly type: 'failed' };
