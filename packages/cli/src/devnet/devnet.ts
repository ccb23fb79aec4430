import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '@mlb/contracts';
import { type InitializedHome, initHome, type NetworkDescription } from '@mlb/node';
import { type ApiClient, createApiClient, findDaemon } from '@mlb/node/client';
import type { Hex } from 'viem';
import { type Bank, openBank } from './bank.ts';
import { type Child, startChild } from './child.ts';
import { moduleBeside } from './module.ts';
import { until } from './until.ts';

/** One daemon of a devnet. */
export interface DevnetNode {
  readonly name: string;
  readonly home: string;
  readonly apiUrl: string;
  readonly tokenFile: string;
  readonly multiaddr: string;
  readonly peerId: string;
  /** Address of its account `operator`. */
  readonly operator: string;
  readonly client: ApiClient;
  readonly child: Child;
}

/** How one operator is to be started; an honest daemon of the fast profile unless said. */
export interface OperatorPlan {
  readonly profile?: 'fast' | 'strict';
  /** Default: one lot. */
  readonly stakeMlb?: bigint;
  /** Another program than the production daemon. */
  readonly program?: { readonly module: URL; readonly args: readonly string[] };
}

export interface DevnetPlan {
  /** Empty or missing; everything the devnet writes is below. */
  readonly root: string;
  readonly operators: readonly OperatorPlan[];
  readonly blockTimeMs: number;
  readonly onProgress: (what: string) => void;
}

/** A whole network on this machine, every part a process of its own. */
export interface Devnet {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly network: NetworkDescription;
  readonly networkFile: string;
  readonly operators: readonly DevnetNode[];
  /** Holds the accounts `operator` (pays for tasks) and `provider` (publishes models), both funded; no stake. */
  readonly requester: DevnetNode;
  readonly settlerHome: string;
  readonly children: readonly Child[];
  readonly stop: () => Promise<void>;
}

const STAKE_MLB = 50_000n;
const PROVIDER_STAKE_MLB = 10_000n;
/** On top of the stake, for gas and escrow. */
const GRANT_MLB = 50_000n;
const WEI = 10n ** 18n;

const addressOf = ({ accounts }: InitializedHome, name: string): Hex =>
  (accounts.find((account) => account.name === name)?.address ?? '0x') as Hex;

interface Places {
  readonly root: string;
  readonly network: NetworkDescription;
}

const makeHome = (
  { root, network }: Places,
  name: string,
  options: { readonly accounts: readonly string[]; readonly profile?: 'fast' | 'strict' | undefined },
): Promise<InitializedHome> =>
  initHome({
    home: join(root, name),
    network,
    profile: 'devnet',
    accounts: options.accounts.map((account) => ({ name: account })),
    settings: {
      'executor.profile': options.profile ?? 'fast',
      'accounts.provider': options.accounts.includes('provider') ? 'provider' : 'operator',
      'log.level': 'info',
    },
  });

const connect = async (name: string, made: InitializedHome, child: Child): Promise<DevnetNode> => {
  const home = made.home.root;
  const location = await findDaemon({ home, apiUrl: undefined, tokenFile: undefined });
  const client = createApiClient(location);
  const { peerId, multiaddrs } = await client.peerIdentity();
  return {
    name,
    home,
    apiUrl: String(child.ready.apiUrl),
    tokenFile: made.home.tokenFile,
    multiaddr: multiaddrs[0] ?? '',
    peerId,
    operator: addressOf(made, 'operator'),
    client,
    child,
  };
};

const nodeProgram = moduleBeside('node-process', import.meta.url);

const startNode = async (
  name: string,
  made: InitializedHome,
  { module, args }: { readonly module: URL; readonly args: readonly string[] } = { module: nodeProgram, args: [] },
): Promise<DevnetNode> => {
  const home = made.home.root;
  const child = await startChild({ name, module, args: [home, ...args], logFile: join(home, 'daemon.log') });
  return connect(name, made, child);
};

const createNetworkOf = (rpcUrl: string, deployment: Deployment, bootstrap: readonly string[]): NetworkDescription => ({
  schema: 'mlb.network/1',
  name: 'devnet',
  params: 'devnet',
  rpcUrls: [rpcUrl],
  deployment,
  bootstrap,
});

const stakeOf = ({ stakeMlb = STAKE_MLB }: OperatorPlan = {}): bigint => stakeMlb;

const stakeAll = (
  operators: readonly DevnetNode[],
  plans: readonly OperatorPlan[],
  requester: DevnetNode,
): Promise<unknown> =>
  Promise.all([
    ...operators.map(({ client }, i) =>
      client.depositStake({ amountWei: String(stakeOf(plans[i]) * WEI), roles: ['compute'] }),
    ),
    requester.client.depositStake({ amountWei: String(PROVIDER_STAKE_MLB * WEI), roles: ['model'] }),
    requester.client.depositEscrow({ amountWei: String(1000n * WEI) }),
  ]);

/** Resolves when every daemon sees an epoch that all operators are in. */
const waitForEpoch = async (nodes: readonly DevnetNode[], operators: readonly DevnetNode[]): Promise<void> => {
  const isReady = async (): Promise<boolean> => {
    const eligible = await Promise.all(operators.map(async ({ client }) => (await client.nodeStatus()).eligible));
    const epochs = await Promise.all(nodes.map(async ({ client }) => (await client.nodeStatus()).chain.epoch));
    return eligible.every((is) => is) && new Set(epochs).size === 1;
  };
  await until('every operator is in the epoch of every daemon', async () => ((await isReady()) ? true : undefined));
};

/** All of them; or the first failure, when every other one has ended too, so that all that was started can be stopped. */
const allStarted = async <T>(starting: readonly Promise<T>[]): Promise<readonly T[]> => {
  const ended = await Promise.allSettled(starting);
  return ended.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
};

/** Starts everything; on a failure stops what was started and throws. */
export const startDevnet = async ({ root, operators: plans, blockTimeMs, onProgress }: DevnetPlan): Promise<Devnet> => {
  const children: Child[] = [];
  const started = <T extends Child>(child: T): T => {
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    const [l2, ...others] = children;
    await Promise.all(others.map((child) => child.stop()));
    await l2?.stop();
  };
  try {
    await mkdir(root, { recursive: true });
    onProgress('starting an embedded L2');
    const l2 = started(
      await startChild({
        name: 'l2',
        module: moduleBeside('l2', import.meta.url),
        args: ['--port', '0', '--block-time-ms', String(blockTimeMs)],
        logFile: join(root, 'l2.log'),
      }),
    );
    const rpcUrl = String(l2.ready.rpcUrl);
    const bank: Bank = openBank(rpcUrl, Number(l2.ready.chainId));
    onProgress('deploying the contracts');
    const deployment = await bank.deploy();
    const first = createNetworkOf(rpcUrl, deployment, []);

    onProgress(`starting ${plans.length} operators, a requester and a settlement bot`);
    const requesterHome = await makeHome({ root, network: first }, 'requester', { accounts: ['operator', 'provider'] });
    const requester = await startNode('requester', requesterHome);
    started(requester.child);
    const network = createNetworkOf(rpcUrl, deployment, [requester.multiaddr]);
    const homes = await Promise.all(
      plans.map(({ profile }, i) =>
        makeHome({ root, network }, `node-${i + 1}`, { accounts: ['operator', 'session'], profile }),
      ),
    );
    const settlerHome = await makeHome({ root, network }, 'settler', { accounts: ['operator'] });
    const grants = [...homes, requesterHome, settlerHome].flatMap(({ accounts }, i) =>
      accounts
        .filter(({ name }) => name !== 'session')
        .map(({ address }) => ({ to: address as Hex, mlb: GRANT_MLB + stakeOf(plans[i]) })),
    );
    const starting = plans.map(async ({ program }, i) => {
      const node = await startNode(`node-${i + 1}`, homes[i] as InitializedHome, program);
      started(node.child);
      return node;
    });
    const [operators] = await Promise.all([allStarted(starting), bank.fund(grants, deployment.addresses.token)]);
    started(
      await startChild({
        name: 'settler',
        module: moduleBeside('settler-process', import.meta.url),
        args: [settlerHome.home.root],
        logFile: join(settlerHome.home.root, 'daemon.log'),
      }),
    );
    onProgress('staking, funding, sealing the first epoch');
    await stakeAll(operators, plans, requester);
    await waitForEpoch([...operators, requester], operators);
    const networkFile = join(root, 'network.json');
    await writeFile(networkFile, `${JSON.stringify(network, undefined, 2)}\n`);
    return {
      rpcUrl,
      deployment,
      network,
      networkFile,
      operators,
      requester,
      settlerHome: settlerHome.home.root,
      children,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
