import type { PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Address, type Bytes32, TOPIC_KINDS, type TopicKind, topicOf } from '@mlb/protocol';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { Datastore } from 'interface-datastore';
import type { Clock } from '../port/clock.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Streams } from '../port/streams.ts';
import { createStreams } from './committee-stream.ts';
import { type CountNetwork, countNothing } from './count.ts';
import { createGossip } from './gossip.ts';
import { createGossipsubBus } from './gossipsub-bus.ts';
import { type MlbLibp2p, startLibp2p } from './libp2p.ts';
import { NetworkError } from './network-error.ts';
import { keyOfPeerId } from './peer-id.ts';
import { createReconnect, type Reconnect } from './reconnect.ts';

export interface PeerOptions {
  /** 32 bytes: the Ed25519 seed of the peer's identity. */
  readonly privateKey: Uint8Array;
  readonly listen: readonly string[];
  readonly announce?: readonly string[];
  readonly datastore: Datastore;
  readonly chainId: number;
  readonly settlement: Address;
  /** Multiaddrs with `/p2p/<peer id>`: dialled at start, and again whenever they are lost. */
  readonly bootstrap: readonly string[];
  readonly clock: Clock;
  /** Private addresses are used, and all peers may share one. */
  readonly isDevnet: boolean;
  /** Peers the gossip mesh is made for. 20 if not said. */
  readonly expectedPeers?: number;
  readonly sharedAddresses?: readonly string[];
  readonly count?: CountNetwork;
}

export interface PeerConnection {
  readonly peerId: string;
  readonly multiaddr: string;
  readonly direction: 'inbound' | 'outbound';
}

/** The daemon's place in the network. */
export interface Peer {
  readonly peerId: string;
  /** The Ed25519 public key of `peerId`: `peerKey` on chain, `replyKey` in orders. */
  readonly peerKey: Bytes32;
  /** For Helia and metrics. */
  readonly libp2p: MlbLibp2p;
  readonly gossip: Gossip;
  readonly streams: Streams;
  /** Own addresses, ending in `/p2p/<peer id>`. */
  readonly multiaddrs: () => readonly string[];
  readonly connections: () => readonly PeerConnection[];
  /** Peers that would get a message of this topic directly if it were published now. */
  readonly subscribers: (topic: TopicKind) => readonly string[];
  /** Connects to a multiaddr (or peer id, by peer store and DHT); resolves with the peer id. Throws BAD_ADDRESS, PEER_UNREACHABLE. */
  readonly dial: (address: string, signal: AbortSignal) => Promise<string>;
  /** Round trip in milliseconds. Throws as `dial` does. */
  readonly ping: (address: string, signal: AbortSignal) => Promise<number>;
  /** Keeps these peers (replacing the group's former ones) connected for as long as the node runs. */
  readonly keepConnected: (group: string, peerIds: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

/** Kept peers are the last to be pruned when there are too many connections. */
const KEPT_TAG = { 'mlb-kept': { value: 100 } };
const CONNECT_TIMEOUT_MS = 10_000;

const parseAddress = (text: string): Multiaddr | PeerId => {
  try {
    return text.startsWith('/') ? multiaddr(text) : peerIdFromString(text);
  } catch (cause) {
    const what = `${JSON.stringify(text.slice(0, 200))} is neither a multiaddr nor a peer id.`;
    throw new NetworkError('BAD_ADDRESS', `${what} Expected e.g. /ip4/192.0.2.1/tcp/4801/p2p/12D3Koo…`, { cause });
  }
};

const peerIdIn = (address: Multiaddr): string | undefined =>
  address.getComponents().findLast(({ name }) => name === 'p2p')?.value;

const unreachable = (address: string, cause: unknown): NetworkError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NetworkError('PEER_UNREACHABLE', `no connection to ${address}: ${reason}`, { cause });
};

/** Puts bootstrap addresses into the peer store. Throws BAD_ADDRESS. */
const rememberBootstrap = async (libp2p: MlbLibp2p, addresses: readonly string[]): Promise<readonly string[]> => {
  const peerIds: string[] = [];
  for (const text of addresses) {
    const address = parseAddress(text);
    const peerId = 'getComponents' in address ? peerIdIn(address) : undefined;
    if (peerId === undefined || !('getComponents' in address)) {
      throw new NetworkError('BAD_ADDRESS', `bootstrap address ${text} must end in /p2p/<peer id>`);
    }
    if (peerId === libp2p.peerId.toString()) continue;
    await libp2p.peerStore.merge(peerIdFromString(peerId), { multiaddrs: [address], tags: KEPT_TAG });
    peerIds.push(peerId);
  }
  return peerIds;
};

/** Dials by the known addresses, then by those the DHT knows: a restarted peer may have moved. */
const connectTo = async (libp2p: MlbLibp2p, peerId: string): Promise<void> => {
  const peer = peerIdFromString(peerId);
  const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  try {
    await libp2p.dial(peer, { signal });
  } catch {
    const found = await libp2p.peerRouting.findPeer(peer, { signal });
    await libp2p.dial(found.multiaddrs, { signal });
  }
};

const startReconnect = (libp2p: MlbLibp2p, clock: Clock): Reconnect => {
  const reconnect = createReconnect({
    clock,
    connect: (peerId) => connectTo(libp2p, peerId),
    isConnected: (peerId) => libp2p.getConnections(peerIdFromString(peerId)).length > 0,
    random: Math.random,
  });
  libp2p.addEventListener('peer:disconnect', ({ detail }) => reconnect.lost(detail.toString()));
  return reconnect;
};

/** Starts the peer. Throws NetworkError (LISTEN_FAILED, BAD_ADDRESS). */
export const createPeer = async (options: PeerOptions): Promise<Peer> => {
  const { clock, count = countNothing, chainId, settlement } = options;
  const topicNames = new Map(TOPIC_KINDS.map((kind) => [kind, topicOf(chainId, settlement, kind)]));
  const libp2p = await startLibp2p({
    ...options,
    announce: options.announce ?? [],
    topics: [...topicNames.values()],
    expectedPeers: options.expectedPeers ?? 20,
    sharedAddresses: options.sharedAddresses ?? [],
  });
  const peerId = libp2p.peerId.toString();
  const bus = createGossipsubBus(libp2p, topicNames);
  const gossip = createGossip({ bus, clock, count });
  const streams = createStreams({ libp2p, clock, count });
  const reconnect = startReconnect(libp2p, clock);
  const bootstrap = await rememberBootstrap(libp2p, options.bootstrap).catch(async (error: unknown) => {
    await libp2p.stop();
    throw error;
  });
  reconnect.keep('bootstrap', bootstrap);

  return {
    peerId,
    peerKey: keyOfPeerId(peerId) as Bytes32,
    libp2p,
    gossip,
    streams,
    multiaddrs: () => libp2p.getMultiaddrs().map(String),
    connections: () =>
      libp2p.getConnections().map(({ remotePeer, remoteAddr, direction }) => ({
        peerId: remotePeer.toString(),
        multiaddr: remoteAddr.toString(),
        direction,
      })),
    subscribers: bus.subscribers,
    dial: async (text, signal) => {
      const address = parseAddress(text);
      try {
        return (await libp2p.dial(address, { signal })).remotePeer.toString();
      } catch (cause) {
        throw unreachable(text, cause);
      }
    },
    ping: async (text, signal) => {
      const address = parseAddress(text);
      try {
        await libp2p.dial(address, { signal });
        const startedAtMs = performance.now();
        await libp2p.services.ping.ping(address, { signal });
        return performance.now() - startedAtMs;
      } catch (cause) {
        throw unreachable(text, cause);
      }
    },
    keepConnected: (group, peerIds) =>
      reconnect.keep(
        group,
        peerIds.filter((id) => id !== peerId),
      ),
    close: async () => {
      reconnect.close();
      gossip.close();
      streams.close();
      await libp2p.stop();
    },
  };
};
