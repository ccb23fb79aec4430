import { openChain } from '../../src/chain/open-chain.ts';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { startEvm } from '../chain/evm.ts';
import { chainConformance } from './chain.ts';

chainConformance('indexer on a real EVM', async () => {
  const evm = await startEvm();
  const deployment = await evm.deploy();
  const clock = createMemoryClock();
  const { indexer } = openChain({ deployment, rpcUrls: [evm.rpcUrl], store: createMemoryStore(), clock });
  let isStarted = false;
  const show = async (): Promise<void> => {
    if (!isStarted) await indexer.start();
    isStarted = true;
    await indexer.refresh();
  };
  /** Snapshots by the height they were taken at: evm_revert makes the fork. */
  const snapshots = new Map<bigint, unknown>();
  const mine = async (): Promise<void> => {
    const height = await evm.client.getBlockNumber({ cacheTime: 0 });
    snapshots.set(height, await evm.rpc('evm_snapshot'));
    await evm.mine();
  };
  const grow = async (blocks: number): Promise<void> => {
    for (let mined = 0; mined < blocks; mined += 1) await mine();
    await show();
  };
  return {
    chain: indexer,
    grow,
    reorg: async (depth) => {
      const height = await evm.client.getBlockNumber({ cacheTime: 0 });
      await evm.rpc('evm_revert', snapshots.get(height - BigInt(depth)));
      await evm.rpc('evm_increaseTime', 3);
      await grow(depth + 1);
    },
    close: async () => {
      await indexer.stop();
      await evm.close();
    },
  };
});
