import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { Bytes32, toHex } from '@mlb/protocol';
import { createSecretFile, readSecretFile, SecretFileError } from './secret-file.ts';

/** The Ed25519 key of the libp2p identity. */
export interface PeerKey {
  /** 32 bytes: what libp2p's generateKeyPairFromSeed takes. */
  readonly seed: Uint8Array;
  /** What the registry and orders name. */
  readonly publicKey: Bytes32;
  /** 64 bytes, over a message of any length. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** PKCS #8 of an Ed25519 seed is this constant followed by the seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const fromSeed = (seed: Uint8Array): PeerKey => {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  // A private key's PEM is also an input for its public key; @types/node does not know its KeyObject as one.
  const publicKey = createPublicKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    seed,
    publicKey: Bytes32(toHex(spki.subarray(-32))),
    sign: (message) => new Uint8Array(sign(undefined, message, privateKey)),
  };
};

/** Creates the file (mode 0600, the seed as hex). Fails with EEXIST when there is one. */
export const createPeerKey = async (path: string): Promise<PeerKey> => {
  const seed = randomBytes(32);
  await createSecretFile(path, `${seed.toString('hex')}\n`);
  return fromSeed(new Uint8Array(seed));
};

/** Throws SecretFileError where the file is missing, open to others, or no 32 bytes in hex. */
export const loadPeerKey = async (path: string): Promise<PeerKey> => {
  const text = await readSecretFile(path);
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new SecretFileError('SECRET_FILE_BROKEN', path, `${path} holds no Ed25519 seed (64 hex digits)`);
  return fromSeed(new Uint8Array(Buffer.from(text, 'hex')));
};
