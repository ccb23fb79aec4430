/**
 * A validator's judgement of a gossiped message. What our own lag could explain is never `reject`; only self-contained
 * proof of badness is. An ignored message does not come back for two minutes, so whatever may become valid shortly is
 * accepted when its own signatures are good, and parked.
 */
export type Verdict<T> =
  | { readonly type: 'accept'; readonly value: T }
  | { readonly type: 'ignore'; readonly code: IgnoreCode }
  | { readonly type: 'reject'; readonly code: RejectCode };

/** Closed sets: they are metric labels. */
export type RejectCode =
  | 'MALFORMED'
  | 'BAD_SIGNATURE'
  | 'BAD_REDUNDANCY'
  | 'BAD_DEADLINE'
  | 'BAD_INPUT_HASH'
  | 'BAD_TOLERANCE'
  | 'BELOW_QUORUM'
  | 'NOT_A_SEAT'
  | 'BAD_LOCK_ROOT'
  | 'PROVES_NOTHING'
  | 'NOT_THE_PROPOSER'
  | 'NOT_AN_ATTESTER'
  | 'BAD_HASH';

export type IgnoreCode =
  | 'UNSUPPORTED'
  | 'UNKNOWN_MODEL'
  | 'UNKNOWN_ANCHOR'
  | 'UNKNOWN_TASK'
  | 'UNKNOWN_EPOCH'
  | 'UNKNOWN_PROPOSAL'
  | 'UNKNOWN_OPERATOR'
  | 'BEACON_PENDING'
  | 'OTHER_COMMITTEE'
  | 'SEEN'
  | 'SEEN_NONCE'
  | 'SUBSET'
  | 'NO_FUNDS'
  | 'TOO_MANY_OPEN'
  | 'FEE_TOO_LOW'
  | 'EXPIRED'
  | 'DEADLINE_TOO_NEAR'
  | 'AFTER_SEED'
  | 'NOT_LOCKED'
  | 'OTHER_STATEMENT'
  | 'TOO_LATE'
  | 'NO_SUBSTITUTE'
  | 'WRONG_INDEX'
  | 'WRONG_SLOT';

export const accept = <T>(value: T): Verdict<T> => ({ type: 'accept', value });
export const ignore = (code: IgnoreCode): Verdict<never> => ({ type: 'ignore', code });
export const reject = (code: RejectCode): Verdict<never> => ({ type: 'reject', code });
