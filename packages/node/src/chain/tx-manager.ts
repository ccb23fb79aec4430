import { type Address, Address as toAddress } from '@mlb/protocol';
import type { Abi, LocalAccount, PublicClient } from 'viem';
import type { Clock } from '../port/clock.ts';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';
import { createPoll } from './poll.ts';
import type { TxEntry, TxOutcome } from './send-state.ts';
import { createTxJournal } from './tx-journal.ts';
import { createTxLane, type TxRequest } from './tx-lane.ts';
import { createTxWire } from './tx-wire.ts';

export interface TxManagerOptions {
  readonly client: PublicClient;
  readonly chainId: number;
  /** Nobody else may send from it. */
  readonly account: LocalAccount;
  readonly store: Store;
  readonly clock: Clock;
  /** Blocks, the including one counted, until an inclusion is believed. */
  readonly confirmations?: bigint;
  readonly pollMs?: number;
  readonly bumpAfterMs?: number;
  readonly maxFeePerGasWei?: bigint;
  /** Explains reverts in `refused`. */
  readonly errorsAbi?: Abi;
}

/** One account's transactions, one nonce after the other. */
export interface TxManager {
  readonly address: Address;
  /**
   * Sends it, or joins the one under way with the same key, or gives the outcome it already had if that still stands on
   * the chain. Waits out an L2 that is down; aborting `signal` ends the wait, not the transaction.
   */
  readonly send: (request: TxRequest, signal?: AbortSignal) => Promise<TxOutcome>;
  /** Signed and not yet confirmed. */
  readonly pending: () => readonly TxEntry[];
  /** Why the last pass did not get through, if it did not. */
  readonly lastError: () => unknown;
  /** Resumes what the journal holds, and keeps going. */
  readonly start: () => void;
  /** Looks now instead of at the next poll, for example on a new block; resolves when that is done. */
  readonly refresh: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const GWEI = 1_000_000_000n;
const DEFAULT_MAX_FEE_WEI = 500n * GWEI;

/**
 * What viem leaves out (R5): a journal before the wire, fee bumps, rebroadcast of what was dropped or reorged out, resume
 * after a crash, depth counted on the canonical chain.
 */
export const createTxManager = (options: TxManagerOptions): TxManager => {
  const { account, chainId, client } = options;
  const address = toAddress(account.address);
  const lane = createTxLane({
    wire: createTxWire({
      client,
      account,
      chainId,
      maxFeePerGasWei: options.maxFeePerGasWei ?? DEFAULT_MAX_FEE_WEI,
      errorsAbi: options.errorsAbi ?? [],
    }),
    journal: createTxJournal(options.store, `${STORE_PREFIXES.journal}${chainId}/${address}/`),
    clock: options.clock,
    policy: { confirmations: options.confirmations ?? 1n, bumpAfterMs: options.bumpAfterMs ?? 10_000 },
  });
  let lastError: unknown;
  const run = async (): Promise<boolean> => {
    try {
      await lane.pass();
      lastError = undefined;
      return true;
    } catch (error) {
      lastError = error;
      return false;
    }
  };
  const poll = createPoll({ clock: options.clock, intervalMs: options.pollMs ?? 500, run });
  return {
    address,
    send: (request, signal) => {
      const outcome = lane.request(request, signal);
      void poll.now();
      return outcome;
    },
    pending: lane.pending,
    lastError: () => lastError,
    start: poll.start,
    refresh: poll.now,
    stop: poll.stop,
  };
};
