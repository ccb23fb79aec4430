import { network } from 'hardhat';
import {
  type Account,
  type Chain,
  createPublicClient,
  createTestClient,
  createWalletClient,
  custom,
  type PublicClient,
  parseEther,
  type TestClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { hardhat } from 'viem/chains';

export type Wallet = WalletClient<Transport, Chain, Account>;

export interface TestChain extends AsyncDisposable {
  readonly publicClient: PublicClient;
  readonly testClient: TestClient;
  /** A wallet of this key with ether for gas. */
  readonly fundedWallet: (account?: PrivateKeyAccount) => Promise<Wallet>;
}

/** Hardhat's chain in this process: mines at once, or every `blockTimeMs`; by the latest rules, unless `hardfork` says otherwise. */
export const createTestChain = async (blockTimeMs?: number, hardfork?: string): Promise<TestChain> => {
  const mining = blockTimeMs === undefined ? { auto: true } : { auto: false, interval: blockTimeMs };
  const connection = await network.create({
    override: { mining, allowBlocksWithSameTimestamp: true, ...(hardfork === undefined ? {} : { hardfork }) },
  });
  const transport = custom(connection.provider, { retryCount: 0 });
  const options = { chain: hardhat, transport, pollingInterval: 20 } as const;
  const testClient = createTestClient({ ...options, mode: 'hardhat' });
  return {
    publicClient: createPublicClient(options),
    testClient,
    fundedWallet: async (account = privateKeyToAccount(generatePrivateKey())) => {
      await testClient.setBalance({ address: account.address, value: parseEther('100') });
      return createWalletClient({ ...options, account });
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
};
