import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Address, createDomain, type Domain, type NetworkParams, type Secp256k1 } from '@mlb/protocol';
import { pino } from 'pino';
import { type OpenedChain, openChain } from '../chain/open-chain.ts';
import { systemClock } from '../clock/system.ts';
import type { NodeConfig } from '../config/load.ts';
import { paramsOf } from '../config/network.ts';
import { loadPeerKey } from '../keys/peer-key.ts';
import { createPrometheusMeter, type PrometheusMeter } from '../metrics/prometheus.ts';
import type { NetworkCount } from '../network/count.ts';
import { type ClosableDatastore, openDatastore } from '../network/datastore.ts';
import { createPeer, type Peer } from '../network/peer.ts';
import type { Clock } from '../port/clock.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { Store } from '../port/store.ts';
import { loadSecp256k1 } from '../signing/secp256k1-native.ts';
import { openLevelStore } from '../store/level.ts';
import { type Closers, createClosers } from './closers.ts';

/** What the daemon and the settlement bot have in common: a home, a place in the network, a view of the L2. */
export interface Base {
  readonly config: NodeConfig;
  readonly domain: Domain;
  readonly params: NetworkParams;
  readonly secp256k1: Secp256k1;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: PrometheusMeter;
  readonly store: Store;
  readonly datastore: ClosableDatastore;
  readonly peer: Peer;
  readonly chainClient: OpenedChain['client'];
  readonly indexer: OpenedChain['indexer'];
  readonly chainState: OpenedChain['state'];
  readonly closers: Closers;
  /** Ends the process for a reason that time does not heal: a chain that contradicts itself, a guard that is corrupt. */
  readonly fail: (error: unknown) => void;
  /** Rejects once `fail` was called. */
  readonly failed: Promise<never>;
}

/** The L2 is asked for a new block this often. */
const POLL_MS = { devnet: 250, mainnet: 1000 } as const;

/** Outside the database, so that a restored or emptied one is noticed. */
export const highWaterFile = ({ home }: Pick<NodeConfig, 'home'>): string => join(home.root, 'guard.high-water');

const countNetwork = (meter: Meter, counted: NetworkCount): void => {
  const { outcome, amount } = counted;
  if (counted.type === 'gossip') meter.count('mlb_gossip_messages_total', { topic: counted.topic, outcome }, amount);
  else meter.count('mlb_frames_total', { protocol: counted.protocol, outcome }, amount);
};

/** Opens everything up to the network; the chain is not followed until `indexer.start()`. */
export const openBase = async (config: NodeConfig, version: string): Promise<Base> => {
  const { home, network } = config;
  const log = pino({ level: config.log.level }, pino.destination({ dest: 2, sync: false }));
  const closers = createClosers((name, error) => log.error({ name, error: String(error) }, 'could not be closed'));
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Somebody may look only at the end.
  failed.catch(() => {});
  try {
    const clock = systemClock;
    const metrics = createPrometheusMeter({ version });
    const { deployment } = network;
    const domain = createDomain(deployment.chainId, Address(deployment.addresses.settlement));
    await mkdir(home.storeDirectory, { recursive: true, mode: 0o700 });
    // The guard's high-water file says that there was a store once: then an empty one would forget what was signed.
    const store = await openLevelStore(join(home.storeDirectory, 'level'), {
      create: !existsSync(highWaterFile(config)),
    });
    closers.add('store', store.close);
    const datastore = await openDatastore(join(home.storeDirectory, 'libp2p'));
    closers.add('datastore', () => datastore.close());
    const peer = await createPeer({
      privateKey: (await loadPeerKey(home.peerKeyFile)).seed,
      listen: config.p2p.listen,
      announce: config.p2p.announce,
      datastore,
      chainId: deployment.chainId,
      settlement: domain.settlement,
      bootstrap: config.p2p.bootstrap,
      clock,
      isDevnet: network.params === 'devnet',
      count: (counted) => countNetwork(metrics.meter, counted),
    });
    closers.add('peer', peer.close);
    const {
      client: chainClient,
      indexer,
      state: chainState,
    } = openChain({
      deployment,
      rpcUrls: config.rpcUrls,
      store,
      clock,
      pollMs: POLL_MS[network.params],
      onFailed: fail,
    });
    closers.add('indexer', indexer.stop);
    return {
      config,
      domain,
      params: paramsOf(network),
      secp256k1: loadSecp256k1().secp256k1,
      clock,
      log,
      metrics,
      store,
      datastore,
      peer,
      chainClient,
      indexer,
      chainState,
      closers,
      fail,
      failed,
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
