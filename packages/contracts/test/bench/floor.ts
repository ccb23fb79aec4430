import { decodeDeltas, decodeNullifiers, LANE_ESCROW } from '@mlb/protocol';
import { type Hex, hexToBytes } from 'viem';

const TX_GAS = 21_000;
const ZERO_BYTE_GAS = 4;
const BYTE_GAS = 16;
/** A cold slot read (2100) and written (2900). */
const SLOT_GAS = 5000;
/** Settlement: two slots of the ring, head, and nextIndex | baseFee | lastPostedAtSec. Escrow: the totals of fees. */
const FIXED_SLOTS = 5;

export const calldataGas = (data: Hex): number =>
  hexToBytes(data).reduce((gas, byte) => gas + (byte === 0 ? ZERO_BYTE_GAS : BYTE_GAS), 0);

/** Storage slots that posting these rows writes: 4 balances or 256 nonces to a slot. */
export const touchedSlots = ({
  deltas,
  nullifiers,
}: {
  readonly deltas: Uint8Array;
  readonly nullifiers: Uint8Array;
}): number => {
  const rows = decodeDeltas(deltas);
  const lanes = new Set(rows.map(({ kind, account }) => `${kind}/${account >> 2}`));
  // The burned and the treasury's are credited to accounts 0 and 1.
  lanes.add(`${LANE_ESCROW + 1}/0`);
  return lanes.size + decodeNullifiers(nullifiers).length + FIXED_SLOTS;
};

/** What no contract that takes this calldata and writes these slots can beat. */
export const floorGas = (data: Hex, slots: number): number => TX_GAS + calldataGas(data) + SLOT_GAS * slots;
