import type { Address } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { CertifiedBatch } from './batch-pool.ts';
import { postData } from './call-data.ts';
import type { CertifiedStore } from './certified-store.ts';

export interface PosterDeps {
  readonly settlement: Address;
  readonly state: Pick<ChainView, 'lastBatch' | 'batch' | 'head'>;
  readonly tx: Pick<TxManager, 'send'>;
  readonly certified: CertifiedStore;
  readonly meter: Meter;
  readonly log: Log;
}

export interface Poster {
  /**
   * Sends the certified batch that follows the chain's last one, and waits for it. Call on each new head: a batch that a
   * reorg took out is simply the next one again, and the transaction lane knows whether it still has to be sent.
   */
  readonly post: (signal: AbortSignal) => Promise<void>;
}

/** A batch the contract refuses this often is left: its tasks come again in a batch of a later slot. */
const MAX_REFUSALS = 5;
/** Batches this many blocks deep are not needed for another post. */
const KEEP_POSTED_BLOCKS = 512n;

export const createPoster = (deps: PosterDeps): Poster => {
  const { state, tx, certified, log, meter } = deps;
  const refusals = new Map<string, number>();

  const next = async (): Promise<CertifiedBatch | undefined> => {
    const last = state.lastBatch();
    const batches = await certified.batchesAt(last.index + 1n);
    return batches.find(
      ({ header, headerDigest }) =>
        header.prevHash === last.headerDigest && (refusals.get(headerDigest) ?? 0) < MAX_REFUSALS,
    );
  };

  const refuse = ({ header, headerDigest }: CertifiedBatch, reason: string): void => {
    // Somebody else was faster: the certificate is the authority, not the sender.
    if (state.lastBatch().index >= header.index) return;
    refusals.set(headerDigest, (refusals.get(headerDigest) ?? 0) + 1);
    meter.count('mlb_settlement_batches_total', { status: 'refused' });
    log.warn({ index: header.index, reason }, 'batch not posted');
  };

  const prune = async (): Promise<void> => {
    const head = state.head()?.number ?? 0n;
    const { index } = state.lastBatch();
    const posted = state.batch(index);
    if (posted !== undefined && posted.block + KEEP_POSTED_BLOCKS < head) await certified.pruneBatches(index + 1n);
  };

  return {
    post: async (signal) => {
      const batch = await next();
      if (batch === undefined) return prune();
      const { header, headerDigest } = batch;
      const key = `batch:${header.index}:${headerDigest.slice(2, 18)}`;
      const outcome = await tx.send({ key, to: deps.settlement, data: postData(batch) }, signal);
      if (outcome.type !== 'mined') return refuse(batch, outcome.reason);
      if (outcome.status === 'reverted') return refuse(batch, `transaction ${outcome.hash} reverted`);
      meter.count('mlb_settlement_batches_total', { status: 'posted' });
      const gasPerTask = outcome.gasUsed / BigInt(header.leafCount);
      log.info({ index: header.index, leaves: header.leafCount, gas: outcome.gasUsed, gasPerTask }, 'batch posted');
    },
  };
};
