import type { Address, Evidence } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import { slashData } from './call-data.ts';
import type { CertifiedStore } from './certified-store.ts';

export interface SlasherDeps {
  readonly settlement: Address;
  readonly state: Pick<ChainView, 'stakeOf'>;
  readonly tx: Pick<TxManager, 'send'>;
  readonly certified: CertifiedStore;
  readonly meter: Meter;
  readonly log: Log;
}

export interface Slasher {
  /** Brings all evidence at hand to the chain. Call on each new head: what a reorg took out is brought again. */
  readonly slash: (signal: AbortSignal) => Promise<void>;
}

export const createSlasher = (deps: SlasherDeps): Slasher => {
  const { state, tx, certified, log, meter } = deps;
  const bring = async (evidence: Evidence, signal: AbortSignal): Promise<void> => {
    const { operator, kind } = evidence;
    // One offense takes everything: a second one has nothing left to take.
    if (state.stakeOf(operator)?.tombstoned === true) return certified.dropEvidence(evidence);
    const key = `slash:${operator}:${kind}`;
    const outcome = await tx.send({ key, to: deps.settlement, data: slashData(evidence) }, signal);
    if (outcome.type !== 'mined' || outcome.status === 'reverted') {
      const reason = outcome.type === 'mined' ? `transaction ${outcome.hash} reverted` : outcome.reason;
      log.warn({ operator, kind, reason }, 'evidence not taken by the chain');
      // The contract has the last word on evidence; only a lost nonce is worth another try.
      if (outcome.type !== 'abandoned' && state.stakeOf(operator)?.tombstoned !== true) {
        await certified.dropEvidence(evidence);
      }
      return;
    }
    meter.count('mlb_slashes_total', { kind });
    log.warn({ operator, kind, transaction: outcome.hash }, 'equivocation slashed');
  };
  return {
    slash: async (signal) => {
      for (const evidence of await certified.evidence()) await bring(evidence, signal);
    },
  };
};
