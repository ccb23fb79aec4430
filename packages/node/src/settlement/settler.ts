import type { Deployment } from '@mlb/contracts';
import { type Evidence, type Secp256k1, Address as toAddress } from '@mlb/protocol';
import type { TxManager } from '../chain/tx-manager.ts';
import { createEvidence } from '../engine/evidence.ts';
import type { ChainObserver } from '../port/chain.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { Store } from '../port/store.ts';
import { createBackground } from './background.ts';
import { listenToBatches } from './batch-gossip.ts';
import { createBatchPool, type PoolNews } from './batch-pool.ts';
import { createBringer } from './bringer.ts';
import { createCertifiedStore } from './certified-store.ts';
import { createEpochSealer } from './epoch-sealer.ts';
import { createEvidenceStore, evidenceIdOf } from './evidence-store.ts';
import type { FoldKeeper } from './fold-keeper.ts';
import { createPoster } from './poster.ts';
import { createSlasher } from './slasher.ts';
import type { SettlementContext } from './view.ts';

export interface SettlerDeps extends Omit<SettlementContext, 'fold'> {
  /** With it, verdicts and reputations of final batches are brought to the chain. */
  readonly fold?: Pick<FoldKeeper, 'current' | 'after' | 'idle'>;
  readonly challengeWindowSec: number;
  readonly deployment: Deployment;
  readonly epochBlocks: bigint;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly tx: Pick<TxManager, 'send' | 'refresh'>;
  readonly store: Store;
  readonly gossip: Gossip;
  readonly meter: Meter;
  readonly log: Log;
}

/**
 * The settlement bot: collects attestations into certificates, and brings certified batches, evidence and due epoch seals
 * to the chain. It holds no authority: anyone may run one, and several do no harm. Subscribe it after the chain state.
 */
export interface Settler extends ChainObserver {
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const createSettler = (deps: SettlerDeps): Settler => {
  const settlement = toAddress(deps.deployment.addresses.settlement);
  const operatorRegistry = toAddress(deps.deployment.addresses.operatorRegistry);
  const pool = createBatchPool(deps);
  const background = createBackground(deps.log);
  const certified = createCertifiedStore(deps.store, deps.domain);
  const poster = createPoster({ ...deps, settlement, certified });
  const evidenceStore = createEvidenceStore(deps.store, deps.domain);
  const slasher = createSlasher({ ...deps, settlement, evidence: evidenceStore });
  const sealer = createEpochSealer({ ...deps, operatorRegistry });
  const bringer = deps.fold === undefined ? undefined : createBringer({ ...deps, fold: deps.fold });

  const work = (): void => {
    background.run('post', poster.post);
    background.run('slash', slasher.slash);
    background.run('seal', sealer.seal);
    if (bringer !== undefined) background.run('bring', bringer.bring);
  };
  const keep = (name: string, put: () => Promise<void>): void =>
    background.run(name, async () => {
      await put();
      work();
    });
  const accuse = (evidence: Evidence): void =>
    keep(`evidence ${evidenceIdOf(evidence)}`, async () => void (await evidenceStore.put(evidence)));
  const tell = (news: PoolNews): void => {
    const batch = news.certified;
    if (batch !== undefined) {
      deps.log.info({ index: batch.header.index, slot: batch.header.slot }, 'batch certified');
      keep(`certified ${batch.headerDigest}`, () => certified.putBatch(batch));
    }
    if (news.evidence !== undefined) accuse(news.evidence);
  };

  listenToBatches({
    ...deps,
    pool,
    onProposal: (proposal) => tell(pool.addProposal(proposal)),
    onAttestation: (attestation) => tell(pool.addAttestation(attestation)),
  });
  createEvidence({ ...deps, view: deps.state }, accuse);
  return {
    apply: () => undefined,
    rollback: () => undefined,
    // Nothing is awaited: transactions wait for the very blocks that the indexer brings.
    atHead: () => {
      pool.prune(deps.state.lastBatch().index);
      background.run('transactions', deps.tx.refresh);
      work();
    },
    idle: background.idle,
    stop: background.stop,
  };
};
