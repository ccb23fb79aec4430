import { type Bytes32, type Domain, decodeEvidence, type Evidence, encodeEvidence, keccak256 } from '@mlb/protocol';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';

/** Evidence on disk. */
export interface KeptEvidence {
  readonly id: Bytes32;
  readonly evidence: Evidence;
  /** The chain has taken it, or will not: nobody need bring it again. */
  readonly isClosed: boolean;
}

/** Proven evidence that this peer found or heard: survives kill -9, and anybody can bring it to the chain. */
export interface EvidenceStore {
  /** False: it was here. */
  readonly put: (evidence: Evidence) => Promise<boolean>;
  readonly all: () => Promise<readonly KeptEvidence[]>;
  readonly close: (evidence: Evidence) => Promise<void>;
}

/** keccak256 of its one encoding. */
export const evidenceIdOf = (evidence: Evidence): Bytes32 => keccak256(encodeEvidence(evidence));

/**
 * One equivocation of a kind takes everything, so one pair an operator and kind is kept. A false opening takes half: each
 * task's is its own.
 */
const placeOf = ({ operator, kind, first }: Evidence): string => {
  if (kind !== 'opening') return `${operator}/${kind}`;
  const { taskId, round, seat } = first.body as { taskId: string; round: number; seat: number };
  return `${operator}/${kind}/${taskId}/${round}/${seat}`;
};

const OPEN = 0;
const CLOSED = 1;

export const createEvidenceStore = (store: Store, domain: Domain): EvidenceStore => {
  const prefix = `${STORE_PREFIXES.batch}evidence/${domain.chainId}/${domain.settlement}/`;
  const keyOf = (evidence: Evidence): string => `${prefix}${placeOf(evidence)}`;
  const write = (evidence: Evidence, state: number): Promise<void> => {
    const encoded = encodeEvidence(evidence);
    const value = new Uint8Array(encoded.length + 1);
    value[0] = state;
    value.set(encoded, 1);
    return store.write([{ key: keyOf(evidence), value }], { sync: true });
  };
  return {
    put: async (evidence) => {
      if ((await store.get(keyOf(evidence))) !== undefined) return false;
      await write(evidence, OPEN);
      return true;
    },
    all: async () => {
      const kept: KeptEvidence[] = [];
      for await (const [, value] of store.list(prefix)) {
        const evidence = decodeEvidence(value.subarray(1));
        kept.push({ id: evidenceIdOf(evidence), evidence, isClosed: value[0] === CLOSED });
      }
      return kept;
    },
    close: (evidence) => write(evidence, CLOSED),
  };
};
