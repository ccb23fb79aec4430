import { systemClock } from '../../src/clock/system.ts';
import { createMemoryNetwork } from '../../src/network/memory.ts';
import { type StreamPeer, streamsConformance } from './streams.ts';

streamsConformance('memory streams', async () => {
  const network = createMemoryNetwork(systemClock);
  const join = (): StreamPeer => {
    const peer = network.join();
    return { ...peer, leave: async () => peer.leave() };
  };
  return [join(), join()];
});
