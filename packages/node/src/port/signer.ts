import type {
  Address,
  BatchHeader,
  Decline,
  Dissent,
  RoundEffect,
  RoundFail,
  SeatMessage,
  Signed,
  TaskVerdict,
} from '@mlb/protocol';

/** What is to be signed for a seat. */
export type UnsignedSeatMessage = Extract<RoundEffect, { readonly type: 'sign' }>['unsigned'];

/**
 * Signs with the session key, under the signing guard: the duty is on disk before the signature exists, and a second,
 * different statement for one duty is refused (SigningGuardError), also after a restart.
 */
export interface Signer {
  readonly sessionKey: Address;
  readonly signSeatMessage: (unsigned: UnsignedSeatMessage) => Promise<SeatMessage>;
  /** One objection a round: whatever its reason and whichever certificate it names. */
  readonly signDissent: (dissent: Dissent) => Promise<Signed<Dissent>>;
  readonly signRoundFail: (roundFail: RoundFail) => Promise<Signed<RoundFail>>;
  readonly signDecline: (decline: Decline) => Promise<Signed<Decline>>;
  readonly signVerdict: (verdict: TaskVerdict) => Promise<Signed<TaskVerdict>>;
  readonly signBatchHeader: (header: BatchHeader) => Promise<Signed<BatchHeader>>;
}
