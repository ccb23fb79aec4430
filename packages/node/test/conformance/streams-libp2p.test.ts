import { startPeers } from '../network/loopback.ts';
import { streamsConformance } from './streams.ts';

streamsConformance('libp2p streams', async (t) => {
  const [a, b] = await startPeers(t, 2);
  if (a === undefined || b === undefined) throw new Error('two peers were asked for');
  return [
    { ...a, leave: a.close },
    { ...b, leave: b.close },
  ];
});
