import { systemClock } from '../../src/clock/system.ts';
import type { NetworkCount } from '../../src/network/count.ts';
import { createMemoryNetwork } from '../../src/network/memory.ts';
import { createCounter } from '../network/counter.ts';
import { gossipConformance } from './gossip.ts';

gossipConformance('memory gossip', async (_, count) => {
  const network = createMemoryNetwork(systemClock);
  return Array.from({ length: count }, () => {
    const counter = createCounter<NetworkCount>();
    const peer = network.join({ count: counter.tell });
    return {
      ...peer,
      counts: counter.told,
      counted: counter.find,
      reaches: async () => undefined,
      publishRaw: (bytes) => peer.publishRaw('order', bytes),
    };
  });
});
