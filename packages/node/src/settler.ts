import { operatorRegistryAbi } from '@mlb/contracts';
import { toHex } from '@mlb/protocol';
import { privateKeyToAccount } from 'viem/accounts';
import type { RunningDaemon } from './api/daemon.ts';
import { toChainError } from './chain/client.ts';
import { protocolErrorsAbi } from './chain/operator-actions.ts';
import { createTxManager } from './chain/tx-manager.ts';
import { type Base, openBase } from './compose/base.ts';
import { createKeyring } from './compose/operator.ts';
import { watcherContextOf } from './compose/watching.ts';
import { ConfigError } from './config/config-error.ts';
import type { NodeConfig } from './config/load.ts';
import { createHeliaContent } from './content/helia.ts';
import { createFoldKeeper } from './settlement/fold-keeper.ts';
import { createPostedData } from './settlement/posted-data.ts';
import { createSettler } from './settlement/settler.ts';
import { createWatcher } from './settlement/watcher.ts';
import { VERSION } from './version.ts';

/** The registry's least distance between two seals. Throws ChainError when the L2 does not answer. */
const epochBlocksOf = async ({ chainClient, config }: Base): Promise<bigint> => {
  const address = config.network.deployment.addresses.operatorRegistry;
  try {
    return await chainClient.readContract({ address, abi: operatorRegistryAbi, functionName: 'epochBlocks' });
  } catch (cause) {
    throw toChainError(cause);
  }
};

/**
 * Starts a settlement bot of a home: it follows gossip and the L2, and pays for posting certified batches, evidence and
 * epoch seals. It has no API and no authority.
 */
export const startSettler = async (config: NodeConfig): Promise<RunningDaemon> => {
  const base = await openBase(config, VERSION);
  const { peer, closers, clock, indexer, chainState, chainClient, metrics, store } = base;
  try {
    const account = await createKeyring(config).unlock(config.accounts.settler);
    if (account === undefined) {
      const text = `there is no account ${config.accounts.settler} in ${config.home.keystoreDirectory}`;
      throw new ConfigError('CONFIG_BAD_VALUE', text, `make it with \`mlb key new ${config.accounts.settler}\``);
    }
    const tx = createTxManager({
      client: chainClient,
      chainId: config.network.deployment.chainId,
      account: privateKeyToAccount(toHex(account.secretKey)),
      store,
      clock,
      errorsAbi: protocolErrorsAbi,
    });
    tx.start();
    closers.add('transactions', tx.stop);
    const content = await createHeliaContent({
      libp2p: peer.libp2p,
      datastore: base.datastore,
      blockstorePath: config.home.blocksDirectory,
      clock,
    });
    closers.add('content', content.close);
    const data = createPostedData({ ...base, state: chainState, content });
    const fold = createFoldKeeper({ ...base, state: chainState, data });
    closers.add('settlement fold', fold.stop);
    indexer.subscribe(fold);
    const settler = createSettler({
      ...base,
      meter: metrics.meter,
      chain: indexer,
      state: chainState,
      deployment: config.network.deployment,
      challengeWindowSec: base.params.challengeWindowSec,
      fold,
      epochBlocks: await epochBlocksOf(base),
      tx,
      gossip: peer.gossip,
    });
    closers.add('settler', settler.stop);
    indexer.subscribe(settler);
    // Who posts for others also watches what others post: one honest watcher is enough to stop a wrong batch.
    const watcher = createWatcher({ ...watcherContextOf(base), content, tx });
    closers.add('watcher', watcher.stop);
    indexer.subscribe(watcher);
    await indexer.start();
    const ended = Promise.withResolvers<void>();
    let stopping: Promise<void> | undefined;
    base.failed.catch((error) => closers.close().then(() => ended.reject(error)));
    return {
      apiUrl: undefined,
      multiaddrs: peer.multiaddrs(),
      stop: () => {
        stopping ??= closers.close().then(() => ended.resolve());
        return stopping;
      },
      closed: ended.promise,
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
