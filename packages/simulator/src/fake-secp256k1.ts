import {
  Address,
  type Bytes32,
  fromHex,
  type Hex,
  keccak256,
  type Secp256k1,
  SIGNATURE_SIZE_BYTES,
  tag,
  toHex,
} from '@mlb/protocol';

const TAG = tag('fake');

const addressOf = (secretKey: Uint8Array): Address => Address(`0x${keccak256(secretKey).slice(26)}`);

const sealOf = (digest: Bytes32, address: Hex): Hex => keccak256(TAG, digest, address);

/**
 * Signatures at the price of a hash, for runs in which thousands of real ones say nothing new: 64 bytes as on the wire,
 * address (20) | seal (32) | zeros. They name their signer and are bound to the digest; any changed bit recovers to nobody.
 * Whoever knows this file can forge one, and no strategy does.
 */
export const fakeSecp256k1: Secp256k1 = {
  addressOf,
  sign: (digest, secretKey) => {
    const address = addressOf(secretKey);
    const signature = new Uint8Array(SIGNATURE_SIZE_BYTES);
    signature.set(fromHex(address));
    signature.set(fromHex(sealOf(digest, address)), 20);
    return signature;
  },
  recover: (digest, signature) => {
    if (signature.length !== SIGNATURE_SIZE_BYTES || signature.subarray(52).some((byte) => byte !== 0))
      return undefined;
    const address = toHex(signature.subarray(0, 20));
    return sealOf(digest, address) === toHex(signature.subarray(20, 52)) ? (address as Address) : undefined;
  },
};
