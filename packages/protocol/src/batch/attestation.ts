import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { Snapshot } from '../operators/snapshot.ts';
import { attesterWeight, totalAttesterWeight } from '../operators/weight.ts';
import { BPS, MIN_VERIFIERS, THRESHOLD_BPS } from '../params.ts';

/** A row's signature of a header digest. */
export interface RowSignature {
  /** Row in the snapshot of the header's epoch. */
  readonly row: number;
  readonly signature: Uint8Array;
}

/** Whether these rows are enough for Settlement: 70 % of all attester weight and at least three signers. */
export const isAttestationQuorum = (snapshot: Pick<Snapshot, 'rows'>, rows: Iterable<number>): boolean => {
  const distinct = [...new Set(rows)].flatMap((row) => snapshot.rows[row] ?? []);
  const signers = distinct.filter((row) => attesterWeight(row) > 0n);
  const signed = signers.reduce((sum, row) => sum + attesterWeight(row), 0n);
  return signers.length >= MIN_VERIFIERS && signed * BPS >= THRESHOLD_BPS * totalAttesterWeight(snapshot);
};

/**
 * The certificate as CertEcdsa reads it: a bitmap over the snapshot's rows in 32-byte words (row i is bit i mod 256 of
 * word i / 256, least significant first), then the 64-byte signatures of the set rows, ascending. A row given twice
 * keeps its first signature. The caller has checked the signatures.
 */
export const encodeBatchCertificate = (
  snapshot: Pick<Snapshot, 'rows'>,
  signatures: readonly RowSignature[],
): Uint8Array => {
  const byRow = new Map(signatures.toReversed().map(({ row, signature }) => [row, signature]));
  const rows = [...byRow.keys()].sort((a, b) => a - b);
  const words = Array.from({ length: Math.ceil(snapshot.rows.length / 256) }, (_, word) =>
    rows.filter((row) => Math.floor(row / 256) === word).reduce((bits, row) => bits | (1n << BigInt(row % 256)), 0n),
  );
  return concatBytes(
    ...words.map((word) => numberToBytesBE(word, 32)),
    ...rows.map((row) => byRow.get(row) ?? new Uint8Array(0)),
  );
};
