import {
  type BatchAttestation,
  type BatchHeader,
  type BatchProposal,
  type Bytes32,
  type Domain,
  type Evidence,
  encodeBatchCertificate,
  findEquivocation,
  headerDigestOf,
  isAttestationQuorum,
  type Secp256k1,
  type Snapshot,
} from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';

/** A batch that Settlement accepts: header, rows, and the signatures of 70 % of the attesters. */
export interface CertifiedBatch {
  readonly header: BatchHeader;
  readonly headerDigest: Bytes32;
  readonly deltas: Uint8Array;
  readonly nullifiers: Uint8Array;
  readonly certificate: Uint8Array;
}

/** What a message of settlement led to. */
export interface PoolNews {
  /** False: seen before, or useless. */
  readonly isNew: boolean;
  /** This message made the quorum. */
  readonly certified: CertifiedBatch | undefined;
  /** This message contradicts an earlier one of the same signer. */
  readonly evidence: Evidence | undefined;
}

/**
 * Proposals and attestations of the batches to come, up to their certificates. Checks every signature itself; at most
 * one batch a row, index and slot, so that nobody fills it.
 */
export interface BatchPool {
  readonly addProposal: (proposal: BatchProposal) => PoolNews;
  /** One that is ahead of its proposal waits for it. */
  readonly addAttestation: (attestation: BatchAttestation) => PoolNews;
  readonly proposal: (headerDigest: Bytes32) => BatchProposal | undefined;
  readonly hasAttestation: (headerDigest: Bytes32, row: number) => boolean;
  /** Whether a batch of this index was proposed in this slot or later. */
  readonly isProposedSince: (index: bigint, slot: bigint) => boolean;
  /** Batches of this index that were proposed and are not on chain. */
  readonly proposalCount: (index: bigint) => number;
  /** Forgets what is below an index: it is on chain, deep enough. */
  readonly prune: (index: bigint) => void;
}

interface Entry {
  readonly proposal: BatchProposal;
  readonly headerDigest: Bytes32;
  readonly snapshot: Snapshot;
  readonly signatures: Map<number, Uint8Array>;
  isCertified: boolean;
}

const NOTHING: PoolNews = { isNew: false, certified: undefined, evidence: undefined };
/** Attestations ahead of their proposals; the oldest go first. */
const MAX_PARKED = 1024;
/** Proposals at hand; the oldest go first. */
const MAX_ENTRIES = 256;

const certifiedOf = ({ proposal, headerDigest, snapshot, signatures }: Entry): CertifiedBatch => {
  const { header, deltas, nullifiers } = proposal;
  const rows = [...signatures].map(([row, signature]) => ({ row, signature }));
  return { header, headerDigest, deltas, nullifiers, certificate: encodeBatchCertificate(snapshot, rows) };
};

const dropOldest = (map: Map<unknown, unknown>, max: number): void => {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
};

export const createBatchPool = ({
  domain,
  secp256k1,
  state,
}: {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly state: Pick<ChainView, 'snapshotOf'>;
}): BatchPool => {
  const entries = new Map<Bytes32, Entry>();
  const parked = new Map<string, BatchAttestation>();
  /** The first header each row signed for an index and slot. */
  const firsts = new Map<string, { readonly header: BatchHeader; readonly signature: Uint8Array }>();

  const contradiction = (entry: Entry, row: number, signature: Uint8Array): Evidence | undefined => {
    const { header } = entry.proposal;
    const operator = entry.snapshot.rows[row]?.operator;
    if (operator === undefined) return undefined;
    const duty = `${operator}/${header.index}/${header.slot}`;
    const first = firsts.get(duty);
    if (first === undefined) {
      firsts.set(duty, { header, signature });
      dropOldest(firsts, MAX_PARKED);
      return undefined;
    }
    return findEquivocation({
      kind: 'attestation',
      operator,
      first: { body: first.header, signature: first.signature },
      second: { body: header, signature },
    });
  };

  const sign = (entry: Entry, row: number, signature: Uint8Array): PoolNews => {
    if (entry.signatures.has(row)) return NOTHING;
    const sessionKey = entry.snapshot.rows[row]?.sessionKey;
    if (sessionKey === undefined || secp256k1.recover(entry.headerDigest, signature) !== sessionKey) return NOTHING;
    entry.signatures.set(row, signature);
    const evidence = contradiction(entry, row, signature);
    const isQuorum = !entry.isCertified && isAttestationQuorum(entry.snapshot, entry.signatures.keys());
    if (isQuorum) entry.isCertified = true;
    return { isNew: true, certified: isQuorum ? certifiedOf(entry) : undefined, evidence };
  };

  /** The attestations that were ahead of this proposal. */
  const unpark = (entry: Entry): PoolNews[] => {
    const mine = [...parked].filter(([, { headerDigest }]) => headerDigest === entry.headerDigest);
    return mine.map(([key, { attester, signature }]) => {
      parked.delete(key);
      return sign(entry, attester, signature);
    });
  };

  return {
    addProposal: (proposal) => {
      const headerDigest = headerDigestOf(domain, proposal.header);
      const snapshot = state.snapshotOf(proposal.header.epoch);
      if (snapshot === undefined || entries.has(headerDigest)) return NOTHING;
      const entry: Entry = { proposal, headerDigest, snapshot, signatures: new Map(), isCertified: false };
      const own = sign(entry, proposal.proposer, proposal.signature);
      if (!own.isNew) return NOTHING;
      entries.set(headerDigest, entry);
      dropOldest(entries, MAX_ENTRIES);
      const news = [own, ...unpark(entry)];
      return {
        isNew: true,
        certified: news.find(({ certified }) => certified !== undefined)?.certified,
        evidence: news.find(({ evidence }) => evidence !== undefined)?.evidence,
      };
    },
    addAttestation: (attestation) => {
      const { headerDigest, attester, signature } = attestation;
      const entry = entries.get(headerDigest);
      if (entry !== undefined) return sign(entry, attester, signature);
      const key = `${headerDigest}/${attester}`;
      if (parked.has(key)) return NOTHING;
      parked.set(key, attestation);
      dropOldest(parked, MAX_PARKED);
      return { ...NOTHING, isNew: true };
    },
    proposal: (headerDigest) => entries.get(headerDigest)?.proposal,
    hasAttestation: (headerDigest, row) =>
      entries.get(headerDigest)?.signatures.has(row) ?? parked.has(`${headerDigest}/${row}`),
    isProposedSince: (index, slot) =>
      [...entries.values()].some(({ proposal: { header } }) => header.index === index && header.slot >= slot),
    proposalCount: (index) => [...entries.values()].filter(({ proposal }) => proposal.header.index === index).length,
    prune: (index) => {
      for (const [digest, { proposal }] of entries) if (proposal.header.index < index) entries.delete(digest);
      for (const [key, attestation] of parked) if (attestation.index < index) parked.delete(key);
    },
  };
};
