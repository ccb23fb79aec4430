import type { Address } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import { sealData } from './call-data.ts';

export interface EpochSealerDeps {
  readonly operatorRegistry: Address;
  /** The registry's: least number of blocks between two seals. */
  readonly epochBlocks: bigint;
  readonly state: Pick<ChainView, 'head' | 'latestSnapshot' | 'hasUnsealedChanges'>;
  readonly tx: Pick<TxManager, 'send'>;
  readonly log: Log;
}

export interface EpochSealer {
  /** Seals the next epoch when the registry is open for it and it would differ. Call on each new head. */
  readonly seal: (signal: AbortSignal) => Promise<void>;
}

export const createEpochSealer = (deps: EpochSealerDeps): EpochSealer => {
  /** Of one epoch: a seal that was mined and failed is sent under a new key. */
  let tries = 0;
  return {
    seal: async (signal) => {
      const { state, epochBlocks } = deps;
      const head = state.head();
      const latest = state.latestSnapshot();
      const opensAt = latest === undefined ? 0n : latest.sealedAtBlock + epochBlocks;
      // The transaction is in a later block than the head.
      if (head === undefined || !state.hasUnsealedChanges() || head.number + 1n < opensAt) return;
      const epoch = (latest?.epoch ?? 0n) + 1n;
      const key = `seal:${epoch}:${tries}`;
      const outcome = await deps.tx.send({ key, to: deps.operatorRegistry, data: sealData }, signal);
      if (outcome.type === 'mined' && outcome.status === 'success') {
        tries = 0;
        deps.log.info({ epoch }, 'epoch sealed');
      } else {
        tries += 1;
        // Somebody else was faster, or nobody is eligible yet.
        const reason = outcome.type === 'mined' ? 'reverted' : outcome.reason;
        deps.log.debug({ epoch, reason }, 'epoch not sealed');
      }
    },
  };
};
