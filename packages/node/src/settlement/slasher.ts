import type { Address, Evidence } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import { slashData } from './call-data.ts';
import { type EvidenceStore, evidenceIdOf } from './evidence-store.ts';

export interface SlasherDeps {
  readonly settlement: Address;
  readonly state: Pick<ChainView, 'stakeOf'>;
  readonly tx: Pick<TxManager, 'send'>;
  readonly evidence: EvidenceStore;
  readonly meter: Meter;
  readonly log: Log;
}

export interface Slasher {
  /** Brings all evidence at hand to the chain. Call on each new head: what a reorg took out is brought again. */
  readonly slash: (signal: AbortSignal) => Promise<void>;
}

export const createSlasher = (deps: SlasherDeps): Slasher => {
  const { state, tx, log, meter } = deps;
  const bring = async (evidence: Evidence, signal: AbortSignal): Promise<void> => {
    const { operator, kind } = evidence;
    // One offense takes everything: a second one has nothing left to take.
    if (state.stakeOf(operator)?.tombstoned === true) return deps.evidence.close(evidence);
    const key = `slash:${evidenceIdOf(evidence)}`;
    const outcome = await tx.send({ key, to: deps.settlement, data: slashData(evidence) }, signal);
    if (outcome.type !== 'mined' || outcome.status === 'reverted') {
      const reason = outcome.type === 'mined' ? `transaction ${outcome.hash} reverted` : outcome.reason;
      log.warn({ operator, kind, reason }, 'evidence not taken by the chain');
      // The contract has the last word on evidence; only a lost nonce is worth another try.
      if (outcome.type !== 'abandoned' && state.stakeOf(operator)?.tombstoned !== true) {
        await deps.evidence.close(evidence);
      }
      return;
    }
    meter.count('mlb_slashes_total', { kind });
    // Half of the stake is left after a false reveal: nothing else says that this one was taken.
    if (kind === 'opening') await deps.evidence.close(evidence);
    log.warn({ operator, kind, transaction: outcome.hash }, 'offender slashed');
  };
  return {
    slash: async (signal) => {
      for (const { evidence, isClosed } of await deps.evidence.all()) if (!isClosed) await bring(evidence, signal);
    },
  };
};
