import type { Account, Chain, PublicClient, TransactionReceipt, Transport, WalletClient } from 'viem';
import type { ContractAddress, Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import type { ProtocolParams } from './params.ts';
import { type Creation, creationsOf, type PlannedAddresses, predictAddresses, publicAddresses } from './plan.ts';

export interface DeployOptions {
  readonly walletClient: WalletClient<Transport, Chain, Account>;
  readonly publicClient: PublicClient;
  readonly params: ProtocolParams;
  /** How long to wait for each receipt; default one minute. */
  readonly receiptTimeoutMs?: number;
}

/** Creations whose constructors call others: their gas cannot be estimated before those exist. */
const CALLS_OTHERS: ReadonlySet<string> = new Set([
  'modelRegistry',
  'settlement',
  'rewardsVault',
  'timelock',
  'governor',
]);

/**
 * Deploys the whole protocol from `walletClient.account` and waits for every receipt. Creations go out together with
 * explicit nonces as far as their gas can be estimated, so on a chain with interval mining it takes a few blocks.
 * Throws DeploymentError, or viem's errors.
 */
export const deployProtocol = async (options: DeployOptions): Promise<Deployment> => {
  const { walletClient, publicClient, params } = options;
  const { account, chain } = walletClient;
  const timeout = options.receiptTimeoutMs ?? 60_000;
  const firstNonce = await publicClient.getTransactionCount({ address: account.address, blockTag: 'pending' });
  const planned = predictAddresses(account.address, firstNonce, params);

  const settle = async (creation: Creation, hash: ContractAddress): Promise<TransactionReceipt> => {
    const receipt = await publicClient.waitForTransactionReceipt({ hash, timeout });
    checkCreated(creation, receipt, planned);
    return receipt;
  };
  const receipts: TransactionReceipt[] = [];
  let pending: Promise<TransactionReceipt>[] = [];
  // One after another: a node that mines at once refuses a nonce whose predecessor has not arrived.
  for (const [i, creation] of creationsOf(planned, params).entries()) {
    if (CALLS_OTHERS.has(creation.name)) {
      receipts.push(...(await Promise.all(pending)));
      pending = [];
    }
    const { abi, bytecode, args } = creation;
    const hash = await walletClient.deployContract({ abi, bytecode, args, account, chain, nonce: firstNonce + i });
    const receipt = settle(creation, hash);
    // Judged with the others; a failure while later ones are still being sent must not count as unhandled.
    receipt.catch(() => undefined);
    pending.push(receipt);
  }
  receipts.push(...(await Promise.all(pending)));
  const startBlock = receipts.reduce((least, { blockNumber }) => Math.min(least, Number(blockNumber)), Infinity);
  return { chainId: chain.id, startBlock, addresses: publicAddresses(planned) };
};

const checkCreated = (creation: Creation, receipt: TransactionReceipt, predicted: PlannedAddresses): void => {
  const { name } = creation;
  if (receipt.status !== 'success') {
    throw new DeploymentError(
      'REVERTED',
      `The constructor of ${name} reverted. Check the parameters of deployProtocol.`,
    );
  }
  if (receipt.contractAddress?.toLowerCase() !== predicted[name]) {
    throw new DeploymentError(
      'NONCE_MOVED',
      `${name} is at ${receipt.contractAddress}, not at ${predicted[name]} where the other contracts expect it: ` +
        'the account sent another transaction meanwhile. Deploy again from an account that nothing else uses.',
    );
  }
};
