import { ed25519 } from '@noble/curves/ed25519.js';
import * as AbiParameters from 'ox/AbiParameters';
import { keccak256 } from '../primitives/hash.ts';
import { type Address, type Bytes32, fromHex } from '../primitives/hex.ts';

/** What binds a libp2p identity to an operator and its session key, for one registration or rotation. */
export interface PeerBinding {
  readonly chainId: number;
  /** The OperatorRegistry. */
  readonly registry: Address;
  readonly operator: Address;
  readonly sessionKey: Address;
  /** The registry's per-operator counter: an old binding cannot be replayed. */
  readonly nonce: bigint;
}

const BINDING_PARAMETERS = AbiParameters.from(['string', 'uint256', 'address', 'address', 'address', 'uint256']);

/** keccak256(abi.encode("MLB_PEER_BIND_V1", chainId, registry, operator, sessionKey, nonce)): the Ed25519 peer key signs these 32 bytes. */
export const bindingDigest = ({ chainId, registry, operator, sessionKey, nonce }: PeerBinding): Bytes32 =>
  keccak256(
    AbiParameters.encode(
      BINDING_PARAMETERS,
      ['MLB_PEER_BIND_V1', BigInt(chainId), registry, operator, sessionKey, nonce],
      {
        checksumAddress: false,
      },
    ),
  );

/**
 * Whether the peer key agreed to be this operator's. Strict RFC 8032 and not ZIP 215: a small-order key, for which anyone
 * can sign, binds nobody. Never throws.
 */
export const isBindingValid = (binding: PeerBinding, peerKey: Bytes32, signature: Uint8Array): boolean => {
  try {
    return ed25519.verify(signature, fromHex(bindingDigest(binding)), fromHex(peerKey), { zip215: false });
  } catch {
    return false;
  }
};
