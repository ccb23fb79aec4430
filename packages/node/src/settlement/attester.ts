import {
  attesterWeight,
  type BatchAttestation,
  type BatchProposal,
  encodeBatchAttestation,
  headerDigestOf,
  MAX_BATCH_DATA_BYTES,
  type Secp256k1,
  type Snapshot,
  verifyBatch,
} from '@mlb/protocol';
import { rawCidOfDigest } from '../content/cid.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { Content } from '../port/content.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Log } from '../port/log.ts';
import type { Signer } from '../port/signer.ts';
import { type SettlementContext, settlementViewOf, type TaskSource } from './view.ts';

export interface AttesterDeps extends SettlementContext {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly source: Omit<TaskSource, 'settleable'>;
  readonly content: Pick<Content, 'get'>;
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly signer: Signer;
  readonly log: Log;
  /** Own messages do not come back from gossip. */
  readonly onAttestation: (attestation: BatchAttestation) => void;
}

export interface Attester {
  /**
   * Fetches the leaves, checks everything, and signs. `later`: our own lag may explain the fault, try again on the next
   * block. Never signs two headers of one (index, slot).
   */
  readonly attest: (proposal: BatchProposal, signal: AbortSignal) => Promise<'done' | 'later'>;
}

const FETCH_TIMEOUT_MS = 10_000;

const ownRow = (snapshot: Snapshot, signer: Signer): number | undefined => {
  const row = snapshot.rows.findIndex(({ sessionKey }) => sessionKey === signer.sessionKey);
  const own = snapshot.rows[row];
  return own !== undefined && attesterWeight(own) > 0n ? row : undefined;
};

/** The proposer has the data for certain: it is asked first. */
const providersOf = (snapshot: Snapshot, proposer: number): readonly string[] => {
  const peerKey = snapshot.rows[proposer]?.peerKey;
  return peerKey === undefined ? [] : [peerIdOfKey(peerKey)];
};

const sign = async (deps: AttesterDeps, { header }: BatchProposal, attester: number): Promise<void> => {
  const { signature } = await deps.signer.signBatchHeader(header);
  const headerDigest = headerDigestOf(deps.domain, header);
  const attestation = { index: header.index, slot: header.slot, headerDigest, attester, signature };
  deps.onAttestation(attestation);
  await deps.gossip.publish('batch-attestation', encodeBatchAttestation(attestation));
  deps.log.info({ index: header.index, slot: header.slot, attester }, 'batch attested');
};

export const createAttester = (deps: AttesterDeps): Attester => {
  /** Duties done in this life; across lives the signing guard knows them. */
  const done = new Set<string>();
  return {
    attest: async (proposal, signal) => {
      const { header } = proposal;
      const duty = `${header.index}/${header.slot}`;
      const snapshot = deps.state.snapshotOf(header.epoch);
      if (snapshot === undefined) return 'later';
      const row = ownRow(snapshot, deps.signer);
      if (row === undefined || row === proposal.proposer || done.has(duty)) return 'done';
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]);
      const providers = providersOf(snapshot, proposal.proposer);
      const cid = rawCidOfDigest(header.dataCidDigest);
      const data = await deps.content.get(cid, { maxBytes: MAX_BATCH_DATA_BYTES, providers, signal: timeout });
      await deps.fold?.idle();
      // After the data is here: the view is that of the head of now.
      const view = settlementViewOf(deps, deps.source);
      if (view === undefined) return 'later';
      const { deltas, nullifiers } = proposal;
      const verdict = verifyBatch({ view, secp256k1: deps.secp256k1, header, deltas, nullifiers, data });
      if (verdict.type === 'fault') {
        const { code, leaf, isPassing } = verdict;
        deps.log.warn({ index: header.index, slot: header.slot, code, leaf }, 'batch not attested');
        return isPassing ? 'later' : 'done';
      }
      if (done.has(duty)) return 'done';
      done.add(duty);
      await sign(deps, proposal, row);
      return 'done';
    },
  };
};
