import type { Address } from '../primitives/hex.ts';

/** A member of a committee. Its number is its place in the list of seats. */
export interface Seat {
  readonly operator: Address;
  readonly sessionKey: Address;
  /** s_i * w_i of the paper: lot stake in MLB times reputation in bps. */
  readonly weight: bigint;
}
