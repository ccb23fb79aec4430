import type { Deployment } from '@mlb/contracts';
import { Address } from '@mlb/protocol';
import type { PublicClient } from 'viem';
import type { ChainObserver } from '../port/chain.ts';
import type { Clock } from '../port/clock.ts';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';
import { createBlockLog } from './block-log.ts';
import { createBlockSource } from './block-source.ts';
import { createChainClient } from './client.ts';
import { createLogDecoder, watchedAddresses } from './decode.ts';
import type { ChainError } from './error.ts';
import { createIndexer, type Indexer } from './indexer.ts';
import { type ChainView, createChainState } from './state.ts';

export interface OpenChainOptions {
  readonly deployment: Deployment;
  /** Asked in this order. */
  readonly rpcUrls: readonly [string, ...string[]];
  readonly store: Store;
  readonly clock: Clock;
  readonly pollMs?: number;
  /** Of one request; default 10 s. */
  readonly rpcTimeoutMs?: number;
  readonly onFailed?: (error: ChainError) => void;
}

export interface OpenedChain {
  readonly client: PublicClient;
  /** Not started: subscribe observers first; the state already is, so they see a state that has the block. */
  readonly indexer: Indexer;
  readonly state: ChainView & ChainObserver;
}

/** Client, indexer and state of one deployment, wired. Does no I/O. */
export const openChain = (options: OpenChainOptions): OpenedChain => {
  const { deployment, rpcUrls, store, clock } = options;
  const { chainId, startBlock, addresses } = deployment;
  const { rpcTimeoutMs: timeoutMs } = options;
  const client = createChainClient({ chainId, rpcUrls, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const indexer = createIndexer({
    chainId,
    startBlock: BigInt(startBlock),
    source: createBlockSource(client, { chainId, addresses: watchedAddresses(deployment) }),
    log: createBlockLog(store, `${STORE_PREFIXES.chain}${chainId}/${addresses.settlement}/`),
    decode: createLogDecoder(deployment),
    clock,
    pollMs: options.pollMs ?? 500,
    ...(options.onFailed === undefined ? {} : { onFailed: options.onFailed }),
  });
  const state = createChainState({ chainId, registry: Address(addresses.operatorRegistry) });
  indexer.subscribe(state);
  return { client, indexer, state };
};
