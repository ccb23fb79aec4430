import { createRequire } from 'node:module';
import {
  addressOfPublicKey,
  fromHex,
  joinSignature,
  nobleSecp256k1,
  ProtocolError,
  type Secp256k1,
  splitSignature,
} from '@mlb/protocol';

/** What we use of the npm package secp256k1 (libsecp256k1's addon; it has no types of its own). */
interface Addon {
  readonly ecdsaSign: (
    digest: Uint8Array,
    secretKey: Uint8Array,
  ) => { readonly signature: Uint8Array; readonly recid: number };
  readonly ecdsaRecover: (rs: Uint8Array, recovery: number, digest: Uint8Array, compressed: boolean) => Uint8Array;
  readonly publicKeyCreate: (secretKey: Uint8Array, compressed: boolean) => Uint8Array;
  readonly privateKeyVerify: (secretKey: Uint8Array) => boolean;
}

const createNative = (addon: Addon): Secp256k1 => {
  const requireValid = (secretKey: Uint8Array): void => {
    if (secretKey.length === 32 && addon.privateKeyVerify(secretKey)) return;
    throw new ProtocolError('BAD_PARAMETER', 'invalid secp256k1 secret key');
  };
  return {
    sign: (digest, secretKey) => {
      requireValid(secretKey);
      const { signature, recid } = addon.ecdsaSign(fromHex(digest), secretKey);
      return joinSignature(signature, recid);
    },
    recover: (digest, signature) => {
      const split = splitSignature(signature);
      if (split === undefined) return undefined;
      try {
        return addressOfPublicKey(addon.ecdsaRecover(split.rs, split.recovery, fromHex(digest), false));
      } catch {
        return undefined;
      }
    },
    addressOf: (secretKey) => {
      requireValid(secretKey);
      return addressOfPublicKey(addon.publicKeyCreate(secretKey, false));
    },
  };
};

/** The addon itself: the package's main file would fall back to `elliptic`, which had signature bugs. */
const loadAddon = (): Addon | undefined => {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings') as Addon;
  } catch {
    return undefined;
  }
};

export interface LoadedSecp256k1 {
  readonly secp256k1: Secp256k1;
  /** `noble` where no prebuilt binary exists: 10 to 30 times slower, same bytes. */
  readonly implementation: 'native' | 'noble';
}

/** libsecp256k1 if its binary loads here, else noble. */
export const loadSecp256k1 = (): LoadedSecp256k1 => {
  const addon = loadAddon();
  return addon === undefined
    ? { secp256k1: nobleSecp256k1, implementation: 'noble' }
    : { secp256k1: createNative(addon), implementation: 'native' };
};
