import { Address, fromHex, keccak256, type Secp256k1, SIGNATURE_SIZE_BYTES, tag } from '../../src/index.ts';

const addressOf = (secretKey: Uint8Array): Address => Address(`0x${keccak256(secretKey).slice(26)}`);

const signatureOf = (digest: `0x${string}`, address: Address): Uint8Array => {
  const signature = new Uint8Array(SIGNATURE_SIZE_BYTES);
  signature.set(fromHex(address));
  signature.set(fromHex(keccak256(tag('fake'), digest, address)), 20);
  return signature;
};

/**
 * Deterministic stand-in for schedule exploration, where thousands of signatures say nothing new: the signature names
 * its signer and is bound to the digest. Nobody in the simulation forges one.
 */
export const fakeSecp256k1: Secp256k1 = {
  addressOf,
  sign: (digest, secretKey) => signatureOf(digest, addressOf(secretKey)),
  recover: (digest, signature) => {
    if (signature.length !== SIGNATURE_SIZE_BYTES) return undefined;
    const address = Address(`0x${Buffer.from(signature.subarray(0, 20)).toString('hex')}`);
    return Buffer.compare(signature, signatureOf(digest, address)) === 0 ? address : undefined;
  },
};
