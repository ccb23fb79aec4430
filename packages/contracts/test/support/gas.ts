import { type Abi, concat, encodePacked, type Hex, keccak256, parseEther, toHex, zeroHash } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import {
  type Deployment,
  deployProtocol,
  escrowAbi,
  mlbTokenAbi,
  operatorRegistryAbi,
  settlementAbi,
  stakeManagerAbi,
} from '../../abi/index.ts';
import { certify, digestOf, headerOf } from './attest.ts';
import type { TestChain, Wallet } from './chain.ts';

/** Seven operators of equal stake: five signatures reach 70 %, as in the demo. */
const OPERATORS = 7;
const SIGNERS = 5;
const STAKE = parseEther('50000');
const FIRST_ACCOUNT = 2 + OPERATORS;
const ACCOUNTS = 40;

/** Leaves of a batch and who they touch: the mixes of research/chain.md section 2. */
export const BATCH_MIXES = [
  { leaves: 1, requesters: 1, executors: 5 },
  { leaves: 10, requesters: 5, executors: 10 },
  { leaves: 100, requesters: 20, executors: 20 },
] as const;
type Mix = (typeof BATCH_MIXES)[number];

/** The same key in every run: calldata is priced by its zero bytes. */
const key = (name: string, i = 0): PrivateKeyAccount => privateKeyToAccount(keccak256(toHex(`gas ${name} ${i}`)));

type Send = (wallet: Wallet, address: Hex, abi: Abi, functionName: string, ...args: unknown[]) => Promise<number>;
interface Setup {
  readonly chain: TestChain;
  readonly deployer: Wallet;
  readonly deployment: Deployment;
  /** Gas of one transaction. */
  readonly send: Send;
}

const deploy = async (chain: TestChain): Promise<Setup> => {
  const { publicClient } = chain;
  const deployer = await chain.fundedWallet(key('deployer'));
  const delays = { challengeWindowSec: 5, escrowDelaySec: 30, payoutDelaySec: 5, unbondSec: 10 };
  const initialHolder = deployer.account.address;
  const params = { initialHolder, treasury: key('treasury').address, epochBlocks: 1, ...delays };
  const deployment = await deployProtocol({ walletClient: deployer, publicClient, params });
  const send: Send = async (wallet, address, abi, functionName, ...args) => {
    // A checkpoint of votes costs more in a new second than in the one of the estimate.
    const estimated = await publicClient.estimateContractGas({
      address,
      abi,
      functionName,
      args,
      account: wallet.account,
    });
    const hash = await wallet.writeContract({ address, abi, functionName, args, gas: (estimated * 3n) / 2n });
    return Number((await publicClient.waitForTransactionReceipt({ hash })).gasUsed);
  };
  return { chain, deployer, deployment, send };
};

const sealOperators = async ({ chain, deployer, deployment, send }: Setup): Promise<Record<string, number>> => {
  const { token, stakeManager, operatorRegistry } = deployment.addresses;
  let [bond, register] = [0, 0];
  for (let i = 0; i < OPERATORS; i++) {
    const wallet = await chain.fundedWallet(key('operator', i));
    await send(deployer, token, mlbTokenAbi, 'transfer', wallet.account.address, STAKE);
    await send(wallet, token, mlbTokenAbi, 'approve', stakeManager, STAKE);
    bond = await send(wallet, stakeManager, stakeManagerAbi, 'bond', STAKE, 2);
    const keys = [key('session', i).address, keccak256('0x01'), 0, `0x${'b1'.repeat(64)}`];
    register = await send(wallet, operatorRegistry, operatorRegistryAbi, 'register', ...keys);
  }
  const seal = await send(deployer, operatorRegistry, operatorRegistryAbi, 'sealEpoch');
  return {
    'StakeManager.bond': bond,
    'OperatorRegistry.register': register,
    'OperatorRegistry.sealEpoch, 7 rows': seal,
  };
};

const fundAccounts = async ({ deployer, deployment, send }: Setup): Promise<Record<string, number>> => {
  const { token, escrow } = deployment.addresses;
  await send(deployer, token, mlbTokenAbi, 'approve', escrow, parseEther('1'));
  let deposit = 0;
  for (let i = 0; i < ACCOUNTS; i++) {
    deposit = await send(deployer, escrow, escrowAbi, 'deposit', key('owner', i).address, 1_000_000n);
  }
  return { 'Escrow.deposit, new account': deposit };
};

/** A chain with the protocol, seven attesters in epoch 1 and funded escrow accounts; the gas all that took. */
export const createGasBench = async (
  chain: TestChain,
): Promise<{
  readonly gas: Record<string, number>;
  /** Gas of posting a batch of this mix; `turn` keeps the nonces apart. */
  readonly post: (mix: Mix, turn: number) => Promise<number>;
}> => {
  const setup = await deploy(chain);
  const gas = { ...(await sealOperators(setup)), ...(await fundAccounts(setup)) };
  const { deployer, deployment, send } = setup;
  let prevHash: Hex = zeroHash;
  let index = 0n;
  const post = async (mix: Mix, turn: number): Promise<number> => {
    const { deltas, nullifiers } = rowsOf(mix, turn);
    const amounts = { treasuryUnits: 30n * BigInt(mix.leaves), burnUnits: 20n * BigInt(mix.leaves) };
    index += 1n;
    const header = headerOf({ index, prevHash, epoch: 1n, leafCount: mix.leaves, deltas, nullifiers, ...amounts });
    prevHash = digestOf(deployment, 'BatchHeader', header);
    const signers = Array.from({ length: SIGNERS }, (_, row) => ({ row, account: key('session', row) }));
    const certificate = await certify(prevHash, signers);
    const args = [header, deltas, nullifiers, certificate];
    return send(deployer, deployment.addresses.settlement, settlementAbi, 'post', ...args);
  };
  return { gas, post };
};

/** Every leaf costs 1000 units: 950 to executors, 30 to the treasury, 20 burned. */
const rowsOf = ({ leaves, requesters, executors }: Mix, turn: number): { deltas: Hex; nullifiers: Hex } => {
  const row = (kind: number, account: number, units: number): Hex =>
    encodePacked(['uint8', 'uint32', 'uint64'], [kind, account, BigInt(units)]);
  const each = leaves / requesters;
  const debits = Array.from({ length: requesters }, (_, i) => row(0, FIRST_ACCOUNT + i, 1000 * each));
  const share = Math.floor((950 * leaves) / executors);
  const credits = Array.from({ length: executors }, (_, i) => {
    const isLast = i === executors - 1;
    return row(1, FIRST_ACCOUNT + 20 + i, isLast ? 950 * leaves - share * (executors - 1) : share);
  });
  const mask = ((1n << BigInt(each)) - 1n) << BigInt(turn * 8);
  const nullifiers = Array.from({ length: requesters }, (_, i) =>
    encodePacked(['uint32', 'uint32', 'uint256'], [FIRST_ACCOUNT + i, 0, mask]),
  );
  return { deltas: concat([...debits, ...credits]), nullifiers: concat(nullifiers) };
};
