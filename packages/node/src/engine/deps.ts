import type { Address, Bytes32, Domain, Evidence, NetworkParams, Secp256k1 } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { Chain } from '../port/chain.ts';
import type { Clock } from '../port/clock.ts';
import type { Content } from '../port/content.ts';
import type { Executor } from '../port/executor.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { Signer } from '../port/signer.ts';
import type { Store } from '../port/store.ts';
import type { Streams } from '../port/streams.ts';
import type { ModelShelf } from './model-shelf.ts';

/** The operator this daemon executes for; a daemon without one only requests, follows and relays. */
export interface EngineOperator {
  readonly address: Address;
  readonly signer: Signer;
  readonly executor: Executor;
}

/** Every port the engine works through. Tests and the demo's dishonest operators compose other parts here. */
export interface EngineDeps {
  readonly domain: Domain;
  readonly params: NetworkParams;
  readonly secp256k1: Secp256k1;
  readonly clock: Clock;
  readonly store: Store;
  readonly gossip: Gossip;
  readonly streams: Streams;
  readonly content: Content;
  readonly models: ModelShelf;
  readonly chain: Chain;
  readonly view: ChainView;
  readonly operator: EngineOperator | undefined;
  /** Own libp2p peer id: a frame to ourselves is handled here. */
  readonly peerId: string;
  /** The Ed25519 public key of `peerId`: where requesters want their results. */
  readonly peerKey: Bytes32;
  /** Cryptographically secure. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Hears of every offense that was proven here or by a peer, once. */
  readonly onEvidence?: (evidence: Evidence) => void;
  readonly meter: Meter;
  readonly log: Log;
}
