import {
  type Abi,
  type Account,
  type Chain,
  getContractAddress,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from 'viem';
import type { ContractAddress, Deployment, DeploymentAddresses } from './deployment.ts';
import {
  certEcdsaAbi,
  certEcdsaBytecode,
  escrowAbi,
  escrowBytecode,
  mlbTokenAbi,
  mlbTokenBytecode,
  modelRegistryAbi,
  modelRegistryBytecode,
  operatorRegistryAbi,
  operatorRegistryBytecode,
  settlementAbi,
  settlementBytecode,
  stakeManagerAbi,
  stakeManagerBytecode,
} from './generated.ts';

/** What is fixed for ever at deployment. */
export interface ProtocolParams {
  /** Gets the whole initial supply of MLB. */
  readonly initialHolder: ContractAddress;
  /** Owns escrow account 1. */
  readonly treasury: ContractAddress;
  /** Least number of blocks between two epoch seals. */
  readonly epochBlocks: number;
  readonly challengeWindowSec: number;
  /** At least the life of an order and the lag of its settlement. */
  readonly escrowDelaySec: number;
  /** At least the challenge window. */
  readonly payoutDelaySec: number;
  /** At least the challenge window. */
  readonly unbondSec: number;
  /** Wei per million compute units; default 1e18. */
  readonly initialBaseFee?: bigint;
}

export interface DeployOptions {
  readonly walletClient: WalletClient<Transport, Chain, Account>;
  readonly publicClient: PublicClient;
  readonly params: ProtocolParams;
  /** How long to wait for each receipt; default one minute. */
  readonly receiptTimeoutMs?: number;
}

/** REVERTED: a constructor refused. NONCE_MOVED: the account sent something else meanwhile, so addresses differ. */
export type DeploymentErrorCode = 'REVERTED' | 'NONCE_MOVED';

export class DeploymentError extends Error {
  readonly code: DeploymentErrorCode;
  constructor(code: DeploymentErrorCode, message: string) {
    super(message);
    this.name = 'DeploymentError';
    this.code = code;
  }
}

interface Creation {
  readonly name: keyof DeploymentAddresses;
  readonly abi: Abi;
  readonly bytecode: `0x${string}`;
  readonly args: readonly unknown[];
}

/** In the order of the nonces. Settlement is last: its constructor checks that the others point at it. */
const NAMES = [
  'token',
  'stakeManager',
  'operatorRegistry',
  'modelRegistry',
  'escrow',
  'certificate',
  'settlement',
] as const satisfies readonly (keyof DeploymentAddresses)[];

/** The contracts are wired by immutables: everyone's address is known before the first is created. */
const predictAddresses = (from: ContractAddress, firstNonce: number): DeploymentAddresses =>
  Object.fromEntries(
    NAMES.map((name, i) => [name, getContractAddress({ from, nonce: BigInt(firstNonce + i) }).toLowerCase()]),
  ) as unknown as DeploymentAddresses;

const creationsOf = (at: DeploymentAddresses, params: ProtocolParams): readonly Creation[] => {
  const { initialHolder, treasury, epochBlocks, challengeWindowSec, escrowDelaySec, payoutDelaySec, unbondSec } =
    params;
  const baseFee = params.initialBaseFee ?? 10n ** 18n;
  return [
    { name: 'token', abi: mlbTokenAbi, bytecode: mlbTokenBytecode, args: [initialHolder] },
    {
      name: 'stakeManager',
      abi: stakeManagerAbi,
      bytecode: stakeManagerBytecode,
      args: [at.token, at.operatorRegistry, at.settlement, BigInt(unbondSec)],
    },
    {
      name: 'operatorRegistry',
      abi: operatorRegistryAbi,
      bytecode: operatorRegistryBytecode,
      args: [at.stakeManager, at.escrow, at.settlement, BigInt(epochBlocks)],
    },
    {
      name: 'modelRegistry',
      abi: modelRegistryAbi,
      bytecode: modelRegistryBytecode,
      args: [at.stakeManager, at.escrow],
    },
    {
      name: 'escrow',
      abi: escrowAbi,
      bytecode: escrowBytecode,
      args: [at.token, at.settlement, treasury, BigInt(escrowDelaySec), BigInt(payoutDelaySec)],
    },
    { name: 'certificate', abi: certEcdsaAbi, bytecode: certEcdsaBytecode, args: [at.operatorRegistry] },
    {
      name: 'settlement',
      abi: settlementAbi,
      bytecode: settlementBytecode,
      args: [at.operatorRegistry, at.stakeManager, at.escrow, at.certificate, BigInt(challengeWindowSec), baseFee],
    },
  ];
};

/**
 * Deploys the whole protocol from `walletClient.account` and waits for every receipt. The first six creations go out at
 * once with explicit nonces, so on a chain with interval mining it takes two blocks or so; Settlement follows, because
 * its gas cannot be estimated before the contracts it checks exist. Throws DeploymentError, or viem's errors.
 */
export const deployProtocol = async (options: DeployOptions): Promise<Deployment> => {
  const { walletClient, publicClient, params } = options;
  const { account, chain } = walletClient;
  const timeout = options.receiptTimeoutMs ?? 60_000;
  const firstNonce = await publicClient.getTransactionCount({ address: account.address, blockTag: 'pending' });
  const addresses = predictAddresses(account.address, firstNonce);
  const creations = creationsOf(addresses, params);

  const send = ({ abi, bytecode, args }: Creation, i: number): Promise<ContractAddress> =>
    walletClient.deployContract({ abi, bytecode, args, account, chain, nonce: firstNonce + i });
  const settle = async (creation: Creation, hash: ContractAddress): Promise<TransactionReceipt> => {
    const receipt = await publicClient.waitForTransactionReceipt({ hash, timeout });
    checkCreated(creation, receipt, addresses);
    return receipt;
  };

  const last = creations.length - 1;
  const sent: ContractAddress[] = [];
  // One after another: a node that mines at once refuses a nonce whose predecessor has not arrived.
  for (const [i, creation] of creations.slice(0, last).entries()) sent.push(await send(creation, i));
  const receipts = await Promise.all(sent.map((hash, i) => settle(creations[i] as Creation, hash)));
  const settlement = creations[last] as Creation;
  await settle(settlement, await send(settlement, last));

  const startBlock = receipts.reduce((least, { blockNumber }) => Math.min(least, Number(blockNumber)), Infinity);
  return { chainId: chain.id, startBlock, addresses };
};

const checkCreated = (creation: Creation, receipt: TransactionReceipt, predicted: DeploymentAddresses): void => {
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
