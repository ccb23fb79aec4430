import { Address, BlockHash, Bytes32, type Hex } from '@mlb/protocol';
import { BlockNotFoundError, type PublicClient } from 'viem';
import type { BlockRef } from '../port/chain.ts';
import { requireChainId, toChainError } from './client.ts';
import { ChainError } from './error.ts';

/** A log as the chain gives it: what is kept on disk, so that a newer decoder can read it again. */
export interface RawLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly transactionHash: Bytes32;
}

export interface RawBlock {
  readonly ref: BlockRef;
  /** Of the watched contracts, in log order. */
  readonly logs: readonly RawLog[];
}

/** What the indexer asks of the L2. Every method throws ChainError. */
export interface BlockSource {
  readonly requireChainId: () => Promise<void>;
  readonly latest: () => Promise<BlockRef>;
  /** Undefined above the head. */
  readonly at: (number: bigint) => Promise<BlockRef | undefined>;
  readonly logsOf: (block: BlockRef) => Promise<readonly RawLog[]>;
  /** Logs of the blocks `from` to `to`, both included, by block number; only for depths no reorg reaches. */
  readonly logsBetween: (from: bigint, to: bigint) => Promise<ReadonlyMap<bigint, RawBlockLogs>>;
}

export interface RawBlockLogs {
  readonly blockHash: BlockHash;
  readonly logs: RawLog[];
}

interface RpcLog {
  readonly address: string;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly transactionHash: string | null;
  readonly blockHash: string | null;
  readonly blockNumber: bigint | null;
}

const toRawLog = (log: RpcLog): RawLog => ({
  address: Address(log.address),
  topics: log.topics,
  data: log.data,
  transactionHash: Bytes32(log.transactionHash ?? ''),
});

const toBlockRef = (block: {
  readonly number: bigint | null;
  readonly hash: string | null;
  readonly parentHash: string;
  readonly timestamp: bigint;
}): BlockRef => {
  if (block.number === null || block.hash === null) {
    throw new ChainError('CHAIN_UNREACHABLE', 'the L2 answered with a pending block. Check that rpcUrl is an L2 node.');
  }
  return {
    number: block.number,
    hash: BlockHash(block.hash),
    parentHash: BlockHash(block.parentHash),
    timestamp: block.timestamp,
  };
};

const byBlock = (logs: readonly RpcLog[]): ReadonlyMap<bigint, RawBlockLogs> => {
  const blocks = new Map<bigint, RawBlockLogs>();
  for (const log of logs) {
    const blockHash = BlockHash(log.blockHash ?? '');
    const block = blocks.get(log.blockNumber ?? -1n) ?? { blockHash, logs: [] };
    if (block.blockHash !== blockHash) {
      throw new ChainError('CHAIN_UNREACHABLE', 'the L2 mixed two forks in one answer; asking again.');
    }
    block.logs.push(toRawLog(log));
    blocks.set(log.blockNumber ?? -1n, block);
  }
  return blocks;
};

/** The L2 behind a viem client, watched at the given contracts. */
export const createBlockSource = (
  client: PublicClient,
  { chainId, addresses }: { readonly chainId: number; readonly addresses: readonly Address[] },
): BlockSource => {
  const ask = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (cause) {
      throw toChainError(cause);
    }
  };
  const address = [...addresses];
  return {
    requireChainId: () => requireChainId(client, chainId),
    latest: () => ask(async () => toBlockRef(await client.getBlock({ blockTag: 'latest' }))),
    at: (blockNumber) =>
      ask(async () => {
        try {
          return toBlockRef(await client.getBlock({ blockNumber }));
        } catch (cause) {
          if (cause instanceof BlockNotFoundError) return undefined;
          throw cause;
        }
      }),
    logsOf: ({ hash }) => ask(async () => (await client.getLogs({ address, blockHash: hash })).map(toRawLog)),
    logsBetween: (fromBlock, toBlock) =>
      ask(async () => byBlock(await client.getLogs({ address, fromBlock, toBlock }))),
  };
};
