import type { Address, BatchHeader, RoundEffect, SeatMessage, Signed } from '@mlb/protocol';

/** What is to be signed for a seat. */
export type UnsignedSeatMessage = Extract<RoundEffect, { readonly type: 'sign' }>['unsigned'];

/**
 * Signs with the session key, under the signing guard: the duty is on disk before the signature exists, and a second,
 * different statement for one duty is refused (SigningGuardError), also after a restart.
 */
export interface Signer {
  readonly sessionKey: Address;
  readonly signSeatMessage: (unsigned: UnsignedSeatMessage) => Promise<SeatMessage>;
  readonly signBatchHeader: (header: BatchHeader) => Promise<Signed<BatchHeader>>;
}
