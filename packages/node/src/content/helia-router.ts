import type { PeerInfo } from '@libp2p/interface';
import { peerIdFromCID } from '@libp2p/peer-id';
import type { Provider, Router } from 'helia';
import type { MlbLibp2p } from '../network/libp2p.ts';

const NAME = 'mlb-dht';

const toProvider = ({ id, multiaddrs }: PeerInfo): Provider => ({
  id: id.toCID(),
  multiaddrs,
  router: NAME,
  fallback: false,
});

/** Helia's routing over our own DHT: no gateways, no delegated routers, no public bootstrap. */
export const createHeliaRouter = ({ contentRouting, peerRouting }: MlbLibp2p): Router => ({
  name: NAME,
  provide: (cid, options) => contentRouting.provide(cid, options),
  cancelReprovide: (cid, options) => contentRouting.cancelReprovide(cid, options),
  async *findProviders(cid, options) {
    for await (const peer of contentRouting.findProviders(cid, options)) yield toProvider(peer);
  },
  findPeer: async (peer, options) => toProvider(await peerRouting.findPeer(peerIdFromCID(peer), options)),
  async *getClosestPeers(key, options) {
    for await (const peer of peerRouting.getClosestPeers(key, options)) yield toProvider(peer);
  },
});
