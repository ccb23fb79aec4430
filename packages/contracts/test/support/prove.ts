import { type Fraud, type FraudCall, fraudCallOf, leafToAbi, openBatch } from '@mlb/protocol';
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  decodeErrorResult,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import { escrowAbi, leafProofsAbi, ledgerProofsAbi, operatorRegistryAbi, settlementAbi } from '../../abi/index.ts';
import type { Wallet } from './chain.ts';
import type { ClaimedBatch, FraudNetwork, PostedClaim } from './network.ts';

const ERRORS: Abi = [...settlementAbi, ...escrowAbi, ...operatorRegistryAbi].filter(({ type }) => type === 'error');

const ABIS = { ledgerProofs: ledgerProofsAbi, leafProofs: leafProofsAbi } as const;

export const targetOf = ({ deployment }: FraudNetwork, { contract, functionName }: FraudCall) =>
  [deployment.addresses[contract] as Hex, ABIS[contract] as Abi, functionName] as const;

/** The transaction that proves this fraud of the batch. */
export const prove = (
  network: FraudNetwork,
  prover: Wallet,
  { batch, claim, fraud }: { readonly batch: ClaimedBatch; readonly claim: PostedClaim; readonly fraud: Fraud },
): Promise<TransactionReceipt> => {
  const call = fraudCallOf(fraud, openBatch({ leaves: batch.leaves, rows: batch.ledger.rows }), batch.nullifiers);
  return network.send(prover, targetOf(network, call), claim.posted, ...call.args);
};

/** As a watcher convicts a leaf cheaply: asks which rule it breaks, and proves that one. */
export const proveByRule = async (
  network: FraudNetwork,
  prover: Wallet,
  { batch, claim, leaf }: { readonly batch: ClaimedBatch; readonly claim: PostedClaim; readonly leaf: number },
): Promise<TransactionReceipt> => {
  const target = (functionName: string) =>
    [network.deployment.addresses.leafProofs as Hex, leafProofsAbi, functionName] as const;
  const { index, baseFee } = batch.header;
  const posted = await network.read<{ readonly postedAtSec: bigint }>(
    [network.deployment.addresses.settlement, settlementAbi, 'batchOf'],
    index,
  );
  const opened = batch.leaves[leaf];
  if (opened === undefined) throw new RangeError(`the batch has no leaf ${leaf}`);
  const args = [leafToAbi(opened), baseFee, posted.postedAtSec] as const;
  const [fault, place] = await network.read<readonly [number, bigint]>(target('leafFaultOf'), ...args);
  const opening = openBatch({ leaves: batch.leaves, rows: batch.ledger.rows }).leaf(leaf);
  return network.send(prover, target('proveLeafFault'), claim.posted, opening, fault, place);
};

/** Name of the error a transaction reverts with. */
export const refusalOf = async (sending: Promise<unknown>): Promise<string> => {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return 'none';
  const reverted = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return String(error);
  if (reverted.data !== undefined) return reverted.data.errorName;
  // An error of a contract further down.
  return reverted.raw === undefined ? 'unknown' : decodeErrorResult({ abi: ERRORS, data: reverted.raw }).errorName;
};
