import { type Account, type Chain, encodeDeployData, type PublicClient, type Transport, type WalletClient } from 'viem';
import { type AddressBook, paramsForBook, planHashOf } from './address-book.ts';
import type { ContractAddress } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import type { NetworkPreset } from './networks.ts';
import type { ProtocolParams } from './params.ts';
import { type Creation, creationsOf, type PlannedAddresses, predictAddresses, publicAddresses } from './plan.ts';
import { hasBls12381, requireBls12381, requireUsableChain } from './preflight.ts';
import { delayFaults, readMiswirings } from './verify.ts';

export interface NetworkDeployOptions {
  readonly walletClient: WalletClient<Transport, Chain, Account>;
  readonly publicClient: PublicClient;
  readonly preset: NetworkPreset;
  readonly params: ProtocolParams;
  /** What an earlier run saved, to go on from there. */
  readonly book?: AddressBook | undefined;
  /** Called before the first transaction and after each: what it saved must survive a crash. */
  readonly save: (book: AddressBook) => Promise<void>;
  readonly onProgress?: (what: string) => void;
  readonly receiptTimeoutMs?: number;
}

interface Run extends NetworkDeployOptions {
  readonly planned: PlannedAddresses;
}

const implementationsOf = (planned: PlannedAddresses): Record<string, ContractAddress> =>
  Object.fromEntries(
    Object.entries(planned).flatMap(([name, address]) =>
      name.endsWith('Code') ? [[name.slice(0, -'Code'.length), address]] : [],
    ),
  );

/** Code of the plan, addresses left out: they depend on the nonce. */
const planHash = (params: ProtocolParams): ContractAddress => {
  const zero = predictAddresses('0x0000000000000000000000000000000000000000', 0, params);
  return planHashOf(
    params,
    creationsOf(zero, params).map(({ bytecode }) => bytecode),
  );
};

const createBook = async (options: NetworkDeployOptions): Promise<AddressBook> => {
  const { walletClient, publicClient, preset, params } = options;
  const { address } = walletClient.account;
  const firstNonce = await publicClient.getTransactionCount({ address, blockTag: 'pending' });
  const planned = predictAddresses(address, firstNonce, params);
  return {
    schema: 'mlb.deployment/1',
    network: preset.name,
    deployer: address,
    firstNonce,
    planHash: planHash(params),
    params: paramsForBook(params),
    vestingStartSec: params.vestingStartSec ?? 0,
    deployment: {
      chainId: walletClient.chain.id,
      startBlock: Number(await publicClient.getBlockNumber()),
      addresses: publicAddresses(planned),
    },
    implementations: implementationsOf(planned),
    transactions: {},
    hasBls12381: await hasBls12381(publicClient),
    verified: false,
  };
};

const requireSamePlan = ({ walletClient, preset, params, book }: NetworkDeployOptions): void => {
  if (book === undefined) return;
  const isSame =
    book.planHash === planHash(params) &&
    book.network === preset.name &&
    book.deployment.chainId === walletClient.chain.id &&
    book.deployer.toLowerCase() === walletClient.account.address.toLowerCase();
  if (isSame) return;
  throw new DeploymentError(
    'PLAN_CHANGED',
    'The address book belongs to another network, account, release or other parameters. Continue with those it was begun with, or begin another book.',
  );
};

/** Sends the creation unless it was sent, waits for it, and returns the book with its transaction. */
const create = async (run: Run, book: AddressBook, creation: Creation, nonce: number): Promise<AddressBook> => {
  const { walletClient, publicClient, planned, preset, save } = run;
  const { name, abi, bytecode, args } = creation;
  const { account, chain } = walletClient;
  const hasCode = async (): Promise<boolean> => (await publicClient.getCode({ address: planned[name] })) !== undefined;
  if (await hasCode()) return book;
  const spent = await publicClient.getTransactionCount({ address: account.address });
  if (spent > nonce) {
    throw new DeploymentError(
      'NONCE_MOVED',
      `Nonce ${nonce}, which ${name} needs, was spent on something else: the account sent another transaction. Begin another book with an account that nothing else uses.`,
    );
  }
  const earlier = book.transactions[name];
  const isPending =
    earlier !== undefined &&
    (await publicClient.getTransaction({ hash: earlier }).catch(() => undefined)) !== undefined;
  let next = book;
  if (!isPending) {
    const data = { abi, bytecode, args, account } as const;
    const gas = await publicClient.estimateGas({ account, data: encodeDeployData(data) });
    if (preset.txGasCap !== undefined && gas > preset.txGasCap) {
      throw new DeploymentError('TOO_MUCH_GAS', `${name} needs ${gas} gas, ${preset.name} allows ${preset.txGasCap}.`);
    }
    const hash = await walletClient.deployContract({ ...data, chain, nonce });
    next = { ...book, transactions: { ...book.transactions, [name]: hash } };
    await save(next);
  }
  const hash = next.transactions[name] as ContractAddress;
  const receipt = await publicClient.waitForTransactionReceipt({ hash, timeout: run.receiptTimeoutMs ?? 300_000 });
  if (receipt.status !== 'success' || !(await hasCode())) {
    throw new DeploymentError('REVERTED', `The constructor of ${name} reverted (${hash}). Check the parameters.`);
  }
  return next;
};

/**
 * Deploys the protocol contract by contract, or goes on where `book` stopped: what stands is left alone, so that a
 * finished book changes nothing. Then reads every wire back from the chain. Throws DeploymentError, or viem's errors;
 * afterwards it can be called again with the book saved last.
 */
export const deployNetwork = async (options: NetworkDeployOptions): Promise<AddressBook> => {
  const { walletClient, publicClient, preset, params, save, onProgress = () => undefined } = options;
  await requireUsableChain(publicClient, preset);
  if (params.certificate === 'by-size') await requireBls12381(publicClient);
  const faults = delayFaults(params);
  if (faults.length > 0)
    throw new DeploymentError('BAD_PARAMS', `These delays do not fit together: ${faults.join('; ')}.`);
  requireSamePlan(options);
  let book = options.book ?? (await createBook(options));
  const planned = predictAddresses(walletClient.account.address, book.firstNonce, params);
  const run: Run = { ...options, planned };
  await save(book);
  for (const [i, creation] of creationsOf(planned, params).entries()) {
    book = await create(run, book, creation, book.firstNonce + i);
    onProgress(`${creation.name} ${planned[creation.name]}`);
  }
  const wrong = await readMiswirings(publicClient, planned, params, walletClient.account.address);
  if (wrong.length > 0) throw new DeploymentError('MISWIRED', `Read back otherwise than planned: ${wrong.join('; ')}.`);
  book = { ...book, verified: true };
  await save(book);
  return book;
};
