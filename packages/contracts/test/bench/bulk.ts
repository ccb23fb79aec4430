import { type Abi, type ContractFunctionArgs, encodeFunctionData, type Hex, numberToHex, parseEther } from 'viem';
import type { TestChain } from '../support/chain.ts';
import type { Compiled } from './compile.ts';

/** More than any of the bench's blocks. */
const BLOCK_GAS = 30_000_000_000n;
const TX_GAS = 1_500_000n;
/** The embedded chain's pool gets slow beyond this. */
const BLOCK_CALLS = 100;

export interface Call {
  readonly from: Hex;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly valueWei?: bigint;
}

/** A contract that thousands of transactions go to. */
export interface BulkContract {
  readonly address: Hex;
  /** Sends one transaction a call, mines them, and returns the gas of all. Throws when one of them failed. */
  readonly send: (calls: readonly Call[]) => Promise<bigint>;
}

/** Lets these addresses send without a signature: what a transaction costs does not depend on it. */
export const impersonate = async ({ testClient }: TestChain, addresses: readonly Hex[]): Promise<void> => {
  await testClient.setBlockGasLimit({ gasLimit: BLOCK_GAS });
  for (const address of addresses) {
    await testClient.impersonateAccount({ address });
    await testClient.setBalance({ address, value: parseEther('10000') });
  }
};

export const deployBulk = async (
  chain: TestChain,
  deployer: Hex,
  { abi, bytecode }: Compiled,
): Promise<BulkContract> => {
  const { publicClient, testClient } = chain;
  const request = testClient.request as (call: { method: string; params: unknown[] }) => Promise<Hex>;
  const sendRaw = (fields: Readonly<Record<string, Hex>>): Promise<Hex> =>
    request({ method: 'eth_sendTransaction', params: [fields] });
  const created = await sendRaw({ from: deployer, data: bytecode, gas: numberToHex(10_000_000n) });
  const { contractAddress } = await publicClient.getTransactionReceipt({ hash: created });
  const address = contractAddress as Hex;

  const sendBlock = async (calls: readonly Call[]): Promise<bigint> => {
    const hashes = await Promise.all(
      calls.map(({ from, functionName, args, valueWei = 0n }) => {
        const data = encodeFunctionData({ abi, functionName, args: args as ContractFunctionArgs<Abi> });
        return sendRaw({ from, to: address, data, gas: numberToHex(TX_GAS), value: numberToHex(valueWei) });
      }),
    );
    await testClient.mine({ blocks: 1 });
    const receipts = await Promise.all(hashes.map((hash) => publicClient.getTransactionReceipt({ hash })));
    const failed = receipts.filter(({ status }) => status !== 'success');
    if (failed.length !== 0) throw new Error(`${failed.length} of ${calls.length} transactions to ${address} failed`);
    return receipts.reduce((gas, { gasUsed }) => gas + gasUsed, 0n);
  };
  const send = async (calls: readonly Call[]): Promise<bigint> => {
    let gas = 0n;
    await testClient.setAutomine(false);
    for (let i = 0; i < calls.length; i += BLOCK_CALLS) gas += await sendBlock(calls.slice(i, i + BLOCK_CALLS));
    await testClient.setAutomine(true);
    return gas;
  };
  return { address, send };
};
