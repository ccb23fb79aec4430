import { createMemoryChain } from '../../src/chain/memory.ts';
import { chainConformance } from './chain.ts';

chainConformance('memory chain', async () => {
  const chain = createMemoryChain();
  const grow = async (blocks: number): Promise<void> => {
    for (let made = 0; made < blocks; made += 1) await chain.extend();
  };
  const reorg = async (depth: number): Promise<void> => {
    await chain.reorg(depth);
    await grow(depth + 1);
  };
  return { chain, grow, reorg, close: async () => undefined };
});
