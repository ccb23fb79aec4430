import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '@mlb/contracts';
import { type ApiClient, createApiClient } from '../../src/api/client.ts';
import type { RunningDaemon } from '../../src/api/daemon.ts';
import { findDaemon } from '../../src/api/find-daemon.ts';
import type { HomePaths } from '../../src/config/home.ts';
import { initHome } from '../../src/config/init.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/settings.ts';
import { startDaemon } from '../../src/node.ts';

export interface TestHome {
  readonly paths: HomePaths;
  /** A real daemon in this process; stopped by `close`. */
  readonly start: (flags?: Parameters<typeof loadConfig>[0]['flags']) => Promise<RunningDaemon>;
  readonly client: () => Promise<ApiClient>;
  readonly close: () => Promise<void>;
}

/** A home of a devnet, as `mlb init` makes it. */
export const createTestHome = async (
  network: { readonly deployment: Deployment; readonly rpcUrl: string; readonly bootstrap?: readonly string[] },
  settings: Partial<Settings> = {},
): Promise<TestHome> => {
  const directory = await mkdtemp(join(tmpdir(), 'mlb-node-'));
  const { deployment, rpcUrl, bootstrap = [] } = network;
  const { home } = await initHome({
    home: join(directory, 'home'),
    network: { schema: 'mlb.network/1', name: 'devnet', params: 'devnet', rpcUrls: [rpcUrl], deployment, bootstrap },
    profile: 'devnet',
    settings: { 'log.level': 'silent', 'executor.profile': 'strict', ...settings },
  });
  const running: RunningDaemon[] = [];
  return {
    paths: home,
    start: async (flags = {}) => {
      const daemon = await startDaemon(await loadConfig({ home: home.root, flags, environment: {} }));
      running.push(daemon);
      return daemon;
    },
    client: async () => createApiClient(await findDaemon({ home: home.root, apiUrl: undefined, tokenFile: undefined })),
    close: async () => {
      for (const daemon of running) await daemon.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** A deployment that nobody has deployed: for daemons that never get so far. */
export const NO_DEPLOYMENT: Deployment = {
  chainId: 31337,
  startBlock: 1,
  addresses: {
    token: `0x${'01'.repeat(20)}`,
    stakeManager: `0x${'02'.repeat(20)}`,
    operatorRegistry: `0x${'03'.repeat(20)}`,
    modelRegistry: `0x${'04'.repeat(20)}`,
    escrow: `0x${'05'.repeat(20)}`,
    certificate: `0x${'06'.repeat(20)}`,
    settlement: `0x${'07'.repeat(20)}`,
  },
};
