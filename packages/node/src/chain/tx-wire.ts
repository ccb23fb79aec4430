import { type Address, Bytes32, type Hex, keccak256 } from '@mlb/protocol';
import {
  type Abi,
  BaseError,
  decodeErrorResult,
  ExecutionRevertedError,
  InsufficientFundsError,
  isHex,
  type LocalAccount,
  type PublicClient,
  RpcRequestError,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
} from 'viem';
import { toChainError } from './client.ts';
import { type Attempt, type Fees, nextFees, type Observation, type TxEntry, type TxOutcome } from './send-state.ts';

/** What is to be sent, before it has a nonce. */
export interface TxCall {
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei: bigint;
}

export type BroadcastResult = 'sent' | 'nonce-too-low' | 'underpriced';

/** The lane's view of the L2. Throws ChainError (CHAIN_UNREACHABLE) only. */
export interface TxWire {
  /** Gas limit of a call with margin, or why the contract would refuse it. */
  readonly estimateGas: (call: TxCall) => Promise<bigint | Extract<TxOutcome, { readonly type: 'refused' }>>;
  /** Wei for gas and value. */
  readonly balanceWei: () => Promise<bigint>;
  /** Transactions of the account in the canonical chain. */
  readonly accountNonce: () => Promise<number>;
  /** A receipt of any attempt in a block that is canonical now. */
  readonly findInclusion: (attempts: readonly Attempt[]) => Promise<Observation['inclusion']>;
  readonly isInPool: (hash: Bytes32) => Promise<boolean>;
  /** Undefined when the fee cap leaves no room above `previous`. */
  readonly sign: (
    entry: Omit<TxEntry, 'attempts' | 'outcome'>,
    previous: Fees | undefined,
  ) => Promise<Attempt | undefined>;
  readonly broadcast: (raw: Hex) => Promise<BroadcastResult>;
}

export interface TxWireOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly chainId: number;
  /** Never pays more for a unit of gas. */
  readonly maxFeePerGasWei: bigint;
  /** Explains reverts. */
  readonly errorsAbi: Abi;
}

/** Estimates hold for the state of now; unused gas costs nothing. */
const GAS_MARGIN_PERCENT = 50n;

const revertData = (error: BaseError): Hex | undefined => {
  const found = error.walk((cause) => isHex((cause as { data?: unknown }).data)) as { data?: Hex } | null;
  return found?.data;
};

const explainRevert = (error: BaseError, errorsAbi: Abi): string => {
  const data = revertData(error);
  if (data !== undefined && data !== '0x') {
    try {
      const { errorName, args } = decodeErrorResult({ abi: errorsAbi, data });
      return `${errorName}(${(args ?? []).map(String).join(', ')})`;
    } catch {
      // Not an error of ours: the node's words must do.
    }
  }
  return error.details || error.shortMessage;
};

/** Also what the lane says when the balance does not cover an attempt at its own fee. */
export const NO_ETHER: Extract<TxOutcome, { readonly type: 'refused' }> = {
  type: 'refused',
  reason: 'the account has not enough ether for gas. Send it some, then try again',
};

/** Undefined: not a refusal of the contract or for want of ether, but a failure to ask. */
const refusalOf = (cause: unknown, errorsAbi: Abi): Extract<TxOutcome, { readonly type: 'refused' }> | undefined => {
  if (!(cause instanceof BaseError)) return undefined;
  if (cause.walk((inner) => inner instanceof InsufficientFundsError) !== null) return NO_ETHER;
  const isRevert =
    cause.walk((inner) => inner instanceof ExecutionRevertedError) !== null ||
    cause.walk((inner) => inner instanceof RpcRequestError && /revert/i.test(inner.message)) !== null;
  return isRevert ? { type: 'refused', reason: explainRevert(cause, errorsAbi) } : undefined;
};

const broadcastResult = (cause: unknown): BroadcastResult | undefined => {
  if (!(cause instanceof BaseError)) return undefined;
  const words = `${cause.message} ${cause.details}`.toLowerCase();
  if (/already known|already imported|known transaction|already exists/.test(words)) return 'sent';
  if (/nonce( is)? too low|nonce_too_low|lower than the current nonce/.test(words)) return 'nonce-too-low';
  if (/underpriced|fee too low|max fee per gas less than block base fee/.test(words)) return 'underpriced';
  return undefined;
};

const orUndefined = async <T>(request: Promise<T>, isAbsent: (cause: unknown) => boolean): Promise<T | undefined> => {
  try {
    return await request;
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw toChainError(cause);
  }
};

const findInclusion = async (
  client: PublicClient,
  attempts: readonly Attempt[],
): Promise<Observation['inclusion'] | undefined> => {
  for (const { hash } of attempts.toReversed()) {
    const receipt = await orUndefined(
      client.getTransactionReceipt({ hash }),
      (cause) => cause instanceof TransactionReceiptNotFoundError,
    );
    if (receipt === undefined) continue;
    const [head, block] = await Promise.all([
      client.getBlockNumber({ cacheTime: 0 }),
      client.getBlock({ blockNumber: receipt.blockNumber }),
    ]);
    // A receipt of an abandoned block is none.
    if (block.hash !== receipt.blockHash) continue;
    const { status, blockNumber, gasUsed } = receipt;
    const feeWei = gasUsed * receipt.effectiveGasPrice;
    return {
      outcome: { type: 'mined', status, hash: Bytes32(receipt.transactionHash), blockNumber, gasUsed, feeWei },
      depth: head - blockNumber + 1n,
    };
  }
  return undefined;
};

export const createTxWire = ({ client, account, chainId, maxFeePerGasWei, errorsAbi }: TxWireOptions): TxWire => {
  const ask = <T>(request: Promise<T>): Promise<T> =>
    request.catch((cause: unknown) => {
      throw toChainError(cause);
    });
  return {
    estimateGas: async ({ to, data, valueWei }) => {
      try {
        const gas = await client.estimateGas({
          account: account.address,
          to,
          data,
          value: valueWei,
          blockTag: 'latest',
        });
        return gas + (gas * GAS_MARGIN_PERCENT) / 100n;
      } catch (cause) {
        const refused = refusalOf(cause, errorsAbi);
        if (refused !== undefined) return refused;
        throw toChainError(cause);
      }
    },
    balanceWei: () => ask(client.getBalance({ address: account.address, blockTag: 'latest' })),
    accountNonce: () => ask(client.getTransactionCount({ address: account.address, blockTag: 'latest' })),
    findInclusion: (attempts) => ask(findInclusion(client, attempts)),
    isInPool: async (hash) => {
      const known = await orUndefined(
        client.getTransaction({ hash }),
        (cause) => cause instanceof TransactionNotFoundError,
      );
      return known !== undefined;
    },
    sign: async ({ to, data, valueWei, gas, nonce }, previous) => {
      const estimate = await ask(client.estimateFeesPerGas());
      const fees = nextFees(
        { maxFeeWei: estimate.maxFeePerGas, tipWei: estimate.maxPriorityFeePerGas },
        previous,
        maxFeePerGasWei,
      );
      if (fees === undefined) return undefined;
      const raw = await account.signTransaction({
        ...{ type: 'eip1559', chainId, to, data, value: valueWei, gas, nonce },
        ...{ maxFeePerGas: fees.maxFeeWei, maxPriorityFeePerGas: fees.tipWei },
      });
      return { hash: keccak256(raw), raw, ...fees };
    },
    broadcast: async (raw) => {
      try {
        await client.sendRawTransaction({ serializedTransaction: raw });
        return 'sent';
      } catch (cause) {
        const result = broadcastResult(cause);
        if (result !== undefined) return result;
        throw toChainError(cause);
      }
    },
  };
};
