import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { ProtocolError } from '../errors.ts';

/** Nonces of one requester that a batch uses up: bit i of `mask` is nonce `word * 256 + i`. */
export interface Nullifier {
  readonly account: number;
  readonly word: number;
  readonly mask: bigint;
}

/** Bytes of one nullifier: account u32 | word u32 | mask u256, big-endian. */
export const NULLIFIER_BYTES: number = 40;
/** Nonces are below this: their word fits 32 bits. */
export const NONCE_LIMIT: bigint = 2n ** 40n;

/** A nonce of one requester's account. */
export interface UsedNonce {
  readonly account: number;
  readonly nonce: bigint;
}

const bad = (why: string): ProtocolError => new ProtocolError('BAD_BATCH', `nullifiers: ${why}`);

/** Strictly ascending by (account, word). Throws BAD_BATCH on a nonce that is given twice or out of range. */
export const nullifiersOf = (nonces: readonly UsedNonce[]): readonly Nullifier[] => {
  const masks = new Map<bigint, bigint>();
  for (const { account, nonce } of nonces) {
    if (nonce >= NONCE_LIMIT) throw bad(`nonce ${nonce} of account ${account} is not below 2^40`);
    const key = (BigInt(account) << 32n) | (nonce >> 8n);
    const bit = 1n << (nonce & 0xffn);
    const mask = masks.get(key) ?? 0n;
    if ((mask & bit) !== 0n) throw bad(`nonce ${nonce} of account ${account} is used twice`);
    masks.set(key, mask | bit);
  }
  return [...masks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, mask]) => ({ account: Number(key >> 32n), word: Number(key & 0xffff_ffffn), mask }));
};

export const encodeNullifiers = (nullifiers: readonly Nullifier[]): Uint8Array =>
  concatBytes(
    ...nullifiers.flatMap(({ account, word, mask }) => [
      numberToBytesBE(account, 4),
      numberToBytesBE(word, 4),
      numberToBytesBE(mask, 32),
    ]),
  );

/** Throws BAD_BATCH unless the bytes are whole rows with a non-empty mask, strictly ascending by (account, word). */
export const decodeNullifiers = (bytes: Uint8Array): readonly Nullifier[] => {
  if (bytes.length % NULLIFIER_BYTES !== 0) throw bad(`${bytes.length} bytes are no whole rows of ${NULLIFIER_BYTES}`);
  let previous = -1n;
  return Array.from({ length: bytes.length / NULLIFIER_BYTES }, (_, i) => {
    const row = bytes.subarray(i * NULLIFIER_BYTES, (i + 1) * NULLIFIER_BYTES);
    const key = bytesToNumberBE(row.subarray(0, 8));
    const mask = bytesToNumberBE(row.subarray(8));
    if (key <= previous) throw bad(`row ${i} is not above the row before`);
    if (mask === 0n) throw bad(`row ${i} uses no nonce`);
    previous = key;
    return { account: Number(key >> 32n), word: Number(key & 0xffff_ffffn), mask };
  });
};
