import { Address, type Bytes32, fromHex, keccak256, type Secp256k1, SIGNATURE_SIZE_BYTES, toHex } from '@mlb/protocol';
import { hashText } from './random.ts';

const ADDRESS_BYTES = 20;
/** 128 bits: far more than a run's accidents need. */
const SEAL_WORDS = 4;

const addressOf = (secretKey: Uint8Array): Address => Address(`0x${keccak256(secretKey).slice(26)}`);

const sealOf = (digest: Bytes32, address: string): string =>
  Array.from({ length: SEAL_WORDS }, (_, word) =>
    hashText(digest, hashText(address, word)).toString(16).padStart(8, '0'),
  ).join('');

const hexOf = (digest: Bytes32, address: string): string =>
  `${address.slice(2)}${sealOf(digest, address)}`.padEnd(2 * SIGNATURE_SIZE_BYTES, '0');

/**
 * Signatures that cost next to nothing, for runs in which thousands of real ones say nothing new: 64 bytes as on the wire,
 * address (20) | seal (16) | zeros. They name their signer and are bound to the digest; any changed bit recovers to nobody.
 * Whoever knows this file can forge one, and no strategy does.
 */
export const fakeSecp256k1: Secp256k1 = {
  addressOf,
  sign: (digest, secretKey) => fromHex(`0x${hexOf(digest, addressOf(secretKey))}`),
  recover: (digest, signature) => {
    if (signature.length !== SIGNATURE_SIZE_BYTES) return undefined;
    const hex = toHex(signature).slice(2);
    const address = `0x${hex.slice(0, 2 * ADDRESS_BYTES)}`;
    return hexOf(digest, address) === hex ? (address as Address) : undefined;
  },
};
