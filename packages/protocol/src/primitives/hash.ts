import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Bytes32, fromHex, type Hex, toHex } from './hex.ts';

/** keccak256 over the concatenation of the parts; hex parts are read as bytes. For digests, not for bulk data. */
export const keccak256 = (...parts: readonly (Uint8Array | Hex)[]): Bytes32 =>
  Bytes32(toHex(keccak_256(concatBytes(...parts.map((part) => (typeof part === 'string' ? fromHex(part) : part))))));

/** sha256, for bulk bytes (tensors, models, batch data): natively 200 times faster than keccak, and a CID's digest. */
export const sha256 = (bytes: Uint8Array): Bytes32 => Bytes32(toHex(nobleSha256(bytes)));

/** UTF-8 bytes of a domain-separation tag such as "MLB_SEED_V1". */
export const tag = (text: string): Uint8Array => utf8ToBytes(text);
