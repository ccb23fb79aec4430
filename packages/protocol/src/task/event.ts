import type { AgreementMode, OwnResult, RoundEffect, RoundEvent } from '../agreement/event.ts';
import type { RoundMemory } from '../agreement/round.ts';
import type { Certificate, SeatSignature } from '../message/certificate.ts';
import type { Decline } from '../message/decline.ts';
import type { Dissent } from '../message/dissent.ts';
import type { Domain } from '../message/domain.ts';
import type { RoundFail } from '../message/round-fail.ts';
import type { SeatMessage } from '../message/seat-message.ts';
import type { Signed } from '../message/signed.ts';
import type { CertifiedVerdict, TaskVerdict } from '../message/task-verdict.ts';
import type { RoundTiming } from '../params.ts';
import type { TaskId } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';

/** Everything a task is a function of, besides its events. */
export interface TaskParams {
  readonly taskId: TaskId;
  readonly epoch: bigint;
  readonly mode: AgreementMode;
  /** Seats of round 0. */
  readonly redundancy: number;
  /** The last round that can take place: `roundSizes(redundancy, pool).length - 1`. Nothing overrules its certificate. */
  readonly lastRound: number;
  readonly timing: RoundTiming;
  readonly domain: Domain;
  readonly recover: Secp256k1['recover'];
}

export type VerdictVote = Extract<SeatMessage, { readonly type: 'verdict-vote' }>;

export type TaskEvent =
  /**
   * The beacon of a round is known and its seats are drawn: all seats of the rounds before, as they are occupied, then the
   * fresh ones; for AUDIT_ROUND the occupants of round 0, then the auditors. May come without an `open-round`.
   */
  | {
      readonly type: 'seated';
      readonly round: number;
      readonly seats: readonly Seat[];
      readonly mySeat: number | undefined;
    }
  /** Nobody is left to draw for the round. */
  | { readonly type: 'unseatable'; readonly round: number }
  /** The audit beacon is known and round 0 has a certificate. When true a `seated` or `unseatable` AUDIT_ROUND follows. */
  | { readonly type: 'audit-decided'; readonly isAudited: boolean }
  /** An event of a seated round; those of others are ignored. Timers of a round come back here too. */
  | { readonly type: 'round'; readonly round: number; readonly event: RoundEvent }
  | { readonly type: 'dissent'; readonly dissent: Verified<Signed<Dissent>> }
  | { readonly type: 'round-fail'; readonly roundFail: Verified<Signed<RoundFail>> }
  | {
      readonly type: 'decline';
      readonly decline: Verified<Signed<Decline>>;
      readonly substitute: Seat;
      /** The seat's number when this node is the substitute. */
      readonly mySeat?: number | undefined;
    }
  | { readonly type: 'verdict-vote'; readonly vote: Verified<VerdictVote> }
  | { readonly type: 'verdict'; readonly verdict: Verified<CertifiedVerdict> }
  /** The task's own timer; those of a round are events of the round. */
  | { readonly type: 'timer'; readonly timer: 'refund' };

/** What of a round leaves the task machine; the rest it acts on itself. */
export type OuterRoundEffect = Exclude<RoundEffect, { readonly type: 'settleable' | 'failed' | 'dissent' }>;

/** What the shell must do, in this order. */
export type TaskEffect =
  | { readonly type: 'round'; readonly round: number; readonly effect: OuterRoundEffect }
  /** Execute the model; answer with the round's `executed` or `execution-failed`. */
  | { readonly type: 'execute'; readonly round: number }
  /** Commit to an output of an earlier round again: answer `executed` with the same output and fresh salt and blindShare. */
  | { readonly type: 'recommit'; readonly round: number; readonly result: OwnResult }
  /** Wait for the block that seeds the round, draw, and answer `seated` or `unseatable`. */
  | { readonly type: 'open-round'; readonly round: number }
  /** Sign under the guard, gossip, and feed back as `dissent`. */
  | { readonly type: 'sign-dissent'; readonly dissent: Dissent }
  /** Sign under the guard, gossip, and feed back as `round-fail`. */
  | { readonly type: 'sign-round-fail'; readonly roundFail: RoundFail }
  /** Sign under the guard, send to the seats of the round, and feed back as `verdict-vote`. */
  | { readonly type: 'sign-verdict'; readonly verdict: TaskVerdict; readonly seat: number }
  /** 70 % of the union signed one verdict: gossip it. */
  | { readonly type: 'judged'; readonly verdict: Verified<CertifiedVerdict> }
  /** The certificate of this round is provisional. */
  | { readonly type: 'disputed'; readonly round: number }
  /** Hand it to the batcher. May come again, grown or with a verdict. */
  | {
      readonly type: 'settleable';
      readonly certificate: Verified<Certificate>;
      /** Seats of round 0 that a substitute holds, with the signatures of their declines, ascending. */
      readonly declines: readonly SeatSignature[];
      readonly audit: Verified<Certificate> | undefined;
      readonly verdict: Verified<CertifiedVerdict> | undefined;
    }
  /** Nothing decides any more: a last chance for a certificate that is still under way. */
  | { readonly type: 'start-timer'; readonly timer: 'refund'; readonly delayMs: number }
  /** No round can decide any more: the order is not settled by us, its escrow comes free at the deadline. */
  | { readonly type: 'refund' };

/** What a node wrote down before it stopped. */
export interface TaskMemory {
  /** Of every round this node had a seat in: a later `seated` of the round restores it. */
  readonly rounds: readonly { readonly round: number; readonly memory: RoundMemory }[];
  /** Events to go through again, in the order they came: seated, certificates, dissents, declines, own round fails and votes. */
  readonly events: readonly TaskEvent[];
}
