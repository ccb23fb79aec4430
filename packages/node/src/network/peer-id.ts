import { publicKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id';
import { Bytes32, fromHex, toHex } from '@mlb/protocol';

/** The base58 libp2p peer id of a 32-byte Ed25519 public key (`peerKey`, `replyKey`). Any 32 bytes have one. */
export const peerIdOfKey = (key: Bytes32): string => peerIdFromPublicKey(publicKeyFromRaw(fromHex(key))).toString();

/** The Ed25519 public key inside a peer id, or undefined for other key types and for what is no peer id. */
export const keyOfPeerId = (peerId: string): Bytes32 | undefined => {
  try {
    const { publicKey } = peerIdFromString(peerId);
    return publicKey?.type === 'Ed25519' ? Bytes32(toHex(publicKey.raw)) : undefined;
  } catch {
    return undefined;
  }
};
