import { type Deployment, deployProtocol, mlbTokenAbi } from '@mlb/contracts';
import { DEVNET_PARAMS } from '@mlb/protocol';
import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type PublicClient,
  parseEther,
  type Transport,
  type WalletClient,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { createNonceManager, jsonRpc } from 'viem/nonce';

/** The well-known development mnemonic: its accounts hold the devnet's coins, and nothing anywhere else. */
const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

/** Devnet windows: seconds instead of days. */
const DEVNET_PROTOCOL = {
  epochBlocks: 8,
  challengeWindowSec: DEVNET_PARAMS.challengeWindowSec,
  seedLagBlocks: DEVNET_PARAMS.seedLagBlocks,
  roundBlocks: DEVNET_PARAMS.roundBlocks,
  slotsPerDay: Number(DEVNET_PARAMS.slotsPerDay),
  batchSlotBlocks: DEVNET_PARAMS.batchSlotBlocks,
  escrowDelaySec: 120,
  payoutDelaySec: 60,
  unbondSec: 120,
  initialBaseFee: 10n ** 18n,
} as const;

/** The richest account of a devnet: deploys the contracts and hands out coins. */
export interface Bank {
  readonly deploy: () => Promise<Deployment>;
  /** Sends gas money and MLB to many at once; resolves when all is mined. */
  readonly fund: (grants: readonly { readonly to: Hex; readonly mlb: bigint }[], token: Hex) => Promise<void>;
}

export const openBank = (rpcUrl: string, chainId: number): Bank => {
  const chain = defineChain({
    id: chainId,
    name: 'devnet',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  // Its own: viem's shared one takes the next devnet of this process, which begins at nonce 0, for the last one.
  const nonceManager = createNonceManager({ source: jsonRpc() });
  const account = mnemonicToAccount(DEV_MNEMONIC, { nonceManager });
  const walletClient: WalletClient<Transport, Chain, Account> = createWalletClient({
    account,
    chain,
    transport: http(rpcUrl),
  });
  const publicClient: PublicClient = createPublicClient({ chain, transport: http(rpcUrl), pollingInterval: 100 });
  return {
    deploy: () =>
      deployProtocol({
        walletClient,
        publicClient,
        params: { ...DEVNET_PROTOCOL, initialHolder: account.address, treasury: account.address },
      }),
    fund: async (grants, token) => {
      const hashes = await Promise.all(
        grants.flatMap(({ to, mlb }) => [
          walletClient.sendTransaction({ to, value: parseEther('10'), gas: 21_000n }),
          walletClient.writeContract({
            address: token,
            abi: mlbTokenAbi,
            functionName: 'transfer',
            args: [to, parseEther(String(mlb))],
            gas: 150_000n,
          }),
        ]),
      );
      await Promise.all(hashes.map((hash) => publicClient.waitForTransactionReceipt({ hash })));
    },
  };
};
