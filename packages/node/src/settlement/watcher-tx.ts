import type { Address, Hex } from '@mlb/protocol';
import type { PostedBatch } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';

/** What a watcher does on chain. Label of a metric. */
export type WatcherAction = 'prove' | 'challenge' | 'answer' | 'convict' | 'reclaim' | 'collect' | 'free' | 'punish';

export interface WatcherCall {
  readonly action: WatcherAction;
  /** Tells it from other calls of this action about this batch. */
  readonly name: string;
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei?: bigint;
}

/** Sends what a watcher has to say, each thing once. */
export interface WatcherTx {
  /** True when it is on chain. The journal knows what an earlier life has sent: nothing goes out twice. */
  readonly send: (posted: PostedBatch, call: WatcherCall, signal: AbortSignal) => Promise<boolean>;
  /** After a reorg: what was refused may be taken on the other fork. */
  readonly forgetRefusals: () => void;
}

export const createWatcherTx = ({
  tx,
  meter,
  log,
}: {
  readonly tx: Pick<TxManager, 'send'>;
  readonly meter: Meter;
  readonly log: Log;
}): WatcherTx => {
  /** Refused in this life: somebody else was faster, or the contract sees it otherwise. */
  const refused = new Set<string>();
  return {
    send: async ({ index, headerDigest }, { action, name, to, data, valueWei = 0n }, signal) => {
      const key = `${action}:${index}:${headerDigest.slice(2, 18)}:${name}`;
      if (refused.has(key)) return false;
      const outcome = await tx.send({ key, to, data, valueWei }, signal);
      const isDone = outcome.type === 'mined' && outcome.status === 'success';
      meter.count('mlb_watcher_transactions_total', { action, outcome: isDone ? 'mined' : 'refused' });
      if (isDone) {
        log.warn({ index, action, name, transaction: outcome.hash }, 'a posted batch was acted upon');
        return true;
      }
      // A lost nonce is worth another try, a no of the contract is not.
      if (outcome.type !== 'abandoned') refused.add(key);
      const reason = outcome.type === 'mined' ? `transaction ${outcome.hash} reverted` : outcome.reason;
      log.warn({ index, action, name, reason }, 'the chain did not take what a watcher sent');
      return false;
    },
    forgetRefusals: () => refused.clear(),
  };
};
