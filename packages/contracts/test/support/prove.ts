import { type Fraud, type FraudCall, fraudCallOf, openBatch } from '@mlb/protocol';
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
