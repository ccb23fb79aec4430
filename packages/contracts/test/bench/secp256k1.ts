import { createRequire } from 'node:module';
import {
  addressOfPublicKey,
  fromHex,
  joinSignature,
  nobleSecp256k1,
  type Secp256k1,
  splitSignature,
} from '@mlb/protocol';

/** What we use of libsecp256k1's addon, which has no types of its own. */
interface Addon {
  readonly ecdsaSign: (digest: Uint8Array, key: Uint8Array) => { signature: Uint8Array; recid: number };
  readonly ecdsaRecover: (rs: Uint8Array, recovery: number, digest: Uint8Array, isCompressed: boolean) => Uint8Array;
}

/** libsecp256k1, which makes 60 000 signatures in seconds; noble, with the same bytes, where its binary does not load. */
export const loadSecp256k1 = (): Secp256k1 => {
  let addon: Addon;
  try {
    addon = createRequire(import.meta.url)('secp256k1/bindings') as Addon;
  } catch {
    return nobleSecp256k1;
  }
  return {
    ...nobleSecp256k1,
    sign: (digest, key) => {
      const { signature, recid } = addon.ecdsaSign(fromHex(digest), key);
      return joinSignature(signature, recid);
    },
    recover: (digest, signature) => {
      const split = splitSignature(signature);
      if (split === undefined) return undefined;
      return addressOfPublicKey(addon.ecdsaRecover(split.rs, split.recovery, fromHex(digest), false));
    },
  };
};
