import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { ProtocolError } from '../errors.ts';
import { LANE_EARNED } from '../pricing/payout.ts';
import type { Ledger } from './ledger.ts';

/** Net effect of a batch on one lane of one account, for Escrow.applyDeltas. */
export interface Delta {
  /** LANE_ESCROW debits, LANE_EARNED credits. */
  readonly kind: number;
  readonly account: number;
  readonly units: bigint;
}

/** Bytes of one delta: kind u8 | account u32 | units u64, big-endian. */
export const DELTA_BYTES: number = 13;

/** One delta for each touched lane of an account, strictly ascending: the last running sum of the lane. */
export const deltasOf = ({ rows }: Pick<Ledger, 'rows'>): readonly Delta[] =>
  rows
    .filter((row, i) => rows[i + 1]?.kind !== row.kind || rows[i + 1]?.account !== row.account)
    .filter(({ kind }) => kind <= LANE_EARNED)
    .map(({ kind, account, runningUnits }) => ({ kind, account, units: runningUnits }));

export const encodeDeltas = (deltas: readonly Delta[]): Uint8Array =>
  concatBytes(
    ...deltas.flatMap(({ kind, account, units }) => [
      Uint8Array.of(kind),
      numberToBytesBE(account, 4),
      numberToBytesBE(units, 8),
    ]),
  );

const bad = (why: string): ProtocolError => new ProtocolError('BAD_BATCH', `deltas: ${why}`);

/** Throws BAD_BATCH unless the bytes are whole rows of known kinds, strictly ascending by (kind, account). */
export const decodeDeltas = (bytes: Uint8Array): readonly Delta[] => {
  if (bytes.length % DELTA_BYTES !== 0) throw bad(`${bytes.length} bytes are no whole rows of ${DELTA_BYTES}`);
  let previous = -1n;
  return Array.from({ length: bytes.length / DELTA_BYTES }, (_, i) => {
    const row = bytes.subarray(i * DELTA_BYTES, (i + 1) * DELTA_BYTES);
    const key = bytesToNumberBE(row.subarray(0, 5));
    if (key <= previous) throw bad(`row ${i} is not above the row before`);
    previous = key;
    const kind = row[0] ?? 0;
    if (kind > LANE_EARNED) throw bad(`row ${i} is of unknown kind ${kind}`);
    return { kind, account: Number(key & 0xffff_ffffn), units: bytesToNumberBE(row.subarray(5)) };
  });
};
