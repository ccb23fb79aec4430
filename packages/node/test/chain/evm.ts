import { type Deployment, deployProtocol, type ProtocolParams } from '@mlb/contracts';
import { Address, toHex } from '@mlb/protocol';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type PrivateKeyAccount,
  type PublicClient,
} from 'viem';
import { mnemonicToAccount, privateKeyToAccount, toAccount } from 'viem/accounts';

const MNEMONIC = 'test test test test test test test test test test test junk';

/** A real EVM on loopback. Blocks come by `mine`, or with each transaction while `automine` is on. */
export interface Evm {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly client: PublicClient;
  readonly rpc: (method: string, ...params: unknown[]) => Promise<unknown>;
  readonly mine: (blocks?: number) => Promise<void>;
  readonly automine: (on: boolean) => Promise<void>;
  /** The funded accounts of the standard mnemonic. */
  readonly account: (index: number) => PrivateKeyAccount;
  readonly secretKey: (index: number) => Uint8Array;
  readonly deploy: (params?: Partial<ProtocolParams>) => Promise<Deployment>;
  readonly close: () => Promise<void>;
}

const secretKeyOf = (index: number): Uint8Array => {
  const key = mnemonicToAccount(MNEMONIC, { addressIndex: index }).getHdKey().privateKey;
  if (key === null) throw new Error('no private key');
  return key;
};

const accountOf = (index: number): PrivateKeyAccount => privateKeyToAccount(toHex(secretKeyOf(index)));

export const startEvm = async (chainId = 31337): Promise<Evm> => {
  process.env.HARDHAT_DISABLE_TELEMETRY = 'true';
  const { createHardhatRuntimeEnvironment } = await import('hardhat/hre');
  const config = {
    networks: { l2: { type: 'edr-simulated', chainId, allowBlocksWithSameTimestamp: true } },
  } as const;
  const { network } = await createHardhatRuntimeEnvironment(config, {}, import.meta.dirname);
  const server = await network.createServer('l2', '127.0.0.1', 0);
  const { port } = await server.listen();
  const rpcUrl = `http://127.0.0.1:${port}`;
  const chain = defineChain({
    id: chainId,
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const client = createPublicClient({ chain, transport: http(rpcUrl), pollingInterval: 5, cacheTime: 0 });
  const rpc = (method: string, ...params: unknown[]): Promise<unknown> =>
    client.request({ method, params } as unknown as Parameters<typeof client.request>[0]);
  return {
    rpcUrl,
    chainId,
    client,
    rpc,
    // Not hardhat_mine: the blocks it makes up do not link by their parent hashes.
    mine: async (blocks = 1) => {
      for (let mined = 0; mined < blocks; mined += 1) await rpc('evm_mine');
    },
    automine: async (on) => void (await rpc('evm_setAutomine', on)),
    account: accountOf,
    secretKey: secretKeyOf,
    deploy: (params) => {
      const account = accountOf(0);
      const walletClient = createWalletClient({ chain, account: toAccount(account), transport: http(rpcUrl) });
      return deployProtocol({
        walletClient,
        publicClient: client,
        params: {
          initialHolder: account.address,
          treasury: accountOf(19).address,
          epochBlocks: 5,
          challengeWindowSec: 1,
          escrowDelaySec: 60,
          payoutDelaySec: 2,
          unbondSec: 5,
          initialBaseFee: 10n ** 15n,
          ...params,
        },
      });
    },
    close: () => server.close(),
  };
};

export const addressOf = (account: PrivateKeyAccount): Address => Address(account.address);
