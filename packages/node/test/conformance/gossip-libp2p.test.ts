import { ORDER_TOPIC, startPeers } from '../network/loopback.ts';
import { until } from '../network/within.ts';
import { gossipConformance } from './gossip.ts';

gossipConformance('gossipsub', async (t, count) =>
  (await startPeers(t, count)).map((peer) => ({
    ...peer,
    reaches: (peers) => until(`${peers} reachable subscribers`, () => peer.subscribers('order').length >= peers),
    publishRaw: (bytes) => peer.libp2p.services.pubsub.publish(ORDER_TOPIC, bytes),
  })),
);
