import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProtocolError } from '../errors.ts';
import { Address, type Bytes32, fromHex, toHex } from './hex.ts';

/** Bytes of a signature: r (32) | yParityAndS (32), EIP-2098. High s does not fit into it: it is refused (EIP-2). */
export const SIGNATURE_SIZE_BYTES: number = 64;

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * secp256k1 as the protocol needs it. Two implementations: native libsecp256k1 in the node, noble elsewhere; they
 * must agree bit for bit (RFC 6979 nonces, low s).
 */
export interface Secp256k1 {
  /** 64 bytes, EIP-2098. Throws BAD_PARAMETER on an invalid secret key. */
  readonly sign: (digest: Bytes32, secretKey: Uint8Array) => Uint8Array;
  /** The signer's address, or undefined for anything that is not a valid low-s signature of the digest. */
  readonly recover: (digest: Bytes32, signature: Uint8Array) => Address | undefined;
  /** The address of a 32-byte secret key. */
  readonly addressOf: (secretKey: Uint8Array) => Address;
}

/** Address of an uncompressed public key: 0x04 | x | y. */
export const addressOfPublicKey = (uncompressed: Uint8Array): Address =>
  Address(toHex(keccak_256(uncompressed.subarray(1)).subarray(12)));

/** r | yParityAndS -> (r | s, recovery id), or undefined if it is no canonical signature. */
export const splitSignature = (
  signature: Uint8Array,
): { readonly rs: Uint8Array; readonly recovery: 0 | 1 } | undefined => {
  if (signature.length !== SIGNATURE_SIZE_BYTES) return undefined;
  const rs = signature.slice();
  const top = rs[32] ?? 0;
  rs[32] = top & 0x7f;
  if (BigInt(toHex(rs.subarray(32))) > HALF_ORDER) return undefined;
  return { rs, recovery: top >> 7 === 1 ? 1 : 0 };
};

/** (r | s with low s, recovery id) -> r | yParityAndS. */
export const joinSignature = (rs: Uint8Array, recovery: number): Uint8Array => {
  const signature = rs.slice();
  signature[32] = (signature[32] ?? 0) | (recovery << 7);
  return signature;
};

/** Pure TypeScript (noble): about 10 to 30 times slower than native, same bytes. */
export const nobleSecp256k1: Secp256k1 = {
  sign: (digest, secretKey) => {
    if (!secp256k1.utils.isValidSecretKey(secretKey))
      throw new ProtocolError('BAD_PARAMETER', 'invalid secp256k1 secret key');
    const recovered = secp256k1.sign(fromHex(digest), secretKey, { prehash: false, lowS: true, format: 'recovered' });
    return joinSignature(recovered.subarray(1), recovered[0] ?? 0);
  },
  recover: (digest, signature) => {
    const split = splitSignature(signature);
    if (split === undefined) return undefined;
    try {
      const point = secp256k1.Signature.fromBytes(split.rs, 'compact')
        .addRecoveryBit(split.recovery)
        .recoverPublicKey(fromHex(digest));
      return addressOfPublicKey(point.toBytes(false));
    } catch {
      return undefined;
    }
  },
  addressOf: (secretKey) => addressOfPublicKey(secp256k1.getPublicKey(secretKey, false)),
};
