import { type GossipSub, gossipsub } from '@chainsafe/libp2p-gossipsub';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { identify, identifyPush } from '@libp2p/identify';
import type { Libp2p, ServiceMap } from '@libp2p/interface';
import { type KadDHT, kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { type Ping, ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { yamux } from '@libp2p/yamux';
import type { Datastore } from 'interface-datastore';
import { createLibp2p } from 'libp2p';
import { gossipsubOptions } from './gossipsub-options.ts';
import { NetworkError } from './network-error.ts';

const DHT_PROTOCOL: string = '/mlb/kad/1.0.0';

/** What the daemon's one libp2p node runs. Helia shares it. */
export interface MlbServices extends ServiceMap {
  readonly pubsub: GossipSub;
  readonly dht: KadDHT;
  readonly ping: Ping;
}
export type MlbLibp2p = Libp2p<MlbServices>;

export interface Libp2pSettings {
  /** 32 bytes: the Ed25519 seed of the peer's identity. */
  readonly privateKey: Uint8Array;
  /** Multiaddrs to listen on, e.g. `/ip4/0.0.0.0/tcp/4801`. Empty: dials only. */
  readonly listen: readonly string[];
  /** Multiaddrs to tell others instead of those listened on (behind a forwarded port). */
  readonly announce: readonly string[];
  /** Where addresses of peers and DHT records live over a restart. */
  readonly datastore: Datastore;
  /** Gossip topics; all others are refused. */
  readonly topics: readonly string[];
  /** Private addresses are used, and many peers may share one. */
  readonly isDevnet: boolean;
  readonly expectedPeers: number;
  readonly sharedAddresses: readonly string[];
}

/** 1 to 2 MiB: the default of 16 MiB exceeds libp2p's read buffer of 4 MiB, so that paused streams were reset. */
const MAX_WINDOW_BYTES = 2 * 1024 * 1024;

/** Created but not started. */
const createNode = async (settings: Libp2pSettings): Promise<MlbLibp2p> => {
  const { listen, announce, datastore, isDevnet } = settings;
  return await createLibp2p<MlbServices>({
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', settings.privateKey),
    datastore,
    nodeInfo: { userAgent: 'ml-bridge' },
    addresses: { listen: [...listen], announce: [...announce] },
    transports: [tcp()],
    // TLS first: it coalesces small writes and costs gossip less than half of noise.
    connectionEncrypters: [tls(), noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: MAX_WINDOW_BYTES } })],
    connectionManager: {
      maxConnections: 150,
      // With the defaults (10 pending, 10 s) six half-open connections a second shut out every honest dial.
      maxIncomingPendingConnections: 256,
      inboundUpgradeTimeout: 2000,
      // A second and host; a devnet's peers all come from one host.
      inboundConnectionThreshold: isDevnet ? 1000 : 20,
    },
    // A peer whose event loop is blocked for some seconds is busy, not gone.
    connectionMonitor: { pingTimeout: { minTimeout: 30_000 } },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping(),
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: false,
        // The default mapper drops private addresses: on loopback and LANs the routing table would stay empty.
        peerInfoMapper: isDevnet ? passthroughMapper : removePrivateAddressesMapper,
      }),
      pubsub: gossipsub(gossipsubOptions(settings)),
    },
  });
};

/** Starts TCP, TLS or noise, yamux, identify, ping, the DHT and gossipsub. Throws LISTEN_FAILED, e.g. port in use. */
export const startLibp2p = async (settings: Libp2pSettings): Promise<MlbLibp2p> => {
  const node = await createNode(settings);
  try {
    await node.start();
    return node;
  } catch (cause) {
    await node.stop();
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = reason.includes('EADDRINUSE') ? 'the port is in use by another process' : reason;
    const text = `cannot listen on ${settings.listen.join(', ')}: ${why}. Choose another port, or stop what uses it.`;
    throw new NetworkError('LISTEN_FAILED', text, { cause });
  }
};
