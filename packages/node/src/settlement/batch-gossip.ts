import {
  type BatchAttestation,
  type BatchProposal,
  type Secp256k1,
  type Verdict,
  type Verified,
  validateBatchAttestation,
  validateBatchProposal,
} from '@mlb/protocol';
import type { Gossip, GossipVerdict } from '../port/gossip.ts';
import type { Meter } from '../port/meter.ts';
import type { BatchPool } from './batch-pool.ts';
import type { SettlementContext } from './view.ts';

export interface BatchGossipDeps extends SettlementContext {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly gossip: Pick<Gossip, 'handle'>;
  readonly pool: BatchPool;
  readonly meter: Pick<Meter, 'count'>;
  /** A good proposal, also one ahead of its parent. */
  readonly onProposal: (proposal: Verified<BatchProposal>) => void;
  readonly onAttestation: (attestation: Verified<BatchAttestation>) => void;
}

/** Judges both topics of settlement and hands on what is good. What is ahead of us is accepted and kept by the receiver. */
export const listenToBatches = (deps: BatchGossipDeps): void => {
  const { state, pool } = deps;
  const conclude = <T>(source: string, verdict: Verdict<T>, onAccepted: (value: T) => void): GossipVerdict => {
    if (verdict.type === 'accept') onAccepted(verdict.value);
    else deps.meter.count('mlb_rejections_total', { source, code: verdict.code });
    return verdict.type;
  };
  deps.gossip.handle('batch-proposal', async (message) => {
    const verdict = validateBatchProposal(message, {
      domain: deps.domain,
      secp256k1: deps.secp256k1,
      batchSlotBlocks: deps.params.batchSlotBlocks,
      headBlock: state.head()?.number ?? 0n,
      lastIndex: state.lastBatch().index,
      snapshot: state.snapshotOf,
      isSeen: (digest) => pool.proposal(digest) !== undefined,
    });
    return conclude('batch-proposal', verdict, ({ proposal }) => deps.onProposal(proposal));
  });
  deps.gossip.handle('batch-attestation', async (message) => {
    const verdict = validateBatchAttestation(message, {
      secp256k1: deps.secp256k1,
      lastIndex: state.lastBatch().index,
      epoch: state.latestSnapshot()?.epoch ?? 0n,
      snapshot: state.snapshotOf,
      proposed: (digest) => pool.proposal(digest)?.header,
      isSeen: pool.hasAttestation,
    });
    return conclude('batch-attestation', verdict, ({ attestation }) => deps.onAttestation(attestation));
  });
};
