import { type Evidence, encodeEvidence, type Secp256k1, validateEvidence } from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { EngineDeps } from './deps.ts';

/** Offenses remembered, so that one is told once. */
const MAX_KNOWN = 4096;

export interface EvidenceDeps extends Pick<EngineDeps, 'domain' | 'gossip' | 'meter' | 'log'> {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly view: Pick<ChainView, 'sessionKeysOf'>;
}

/** One equivocation of a kind takes everything; false openings are told one by one. */
const keyOf = (evidence: Evidence): string => {
  const { operator, kind } = evidence;
  return kind === 'opening' ? `${operator}:${evidence.first.body.taskId}` : `${operator}:${kind}`;
};

export interface EvidenceRoom {
  /** Gossips what our own rounds found, unless somebody told of it before. */
  readonly report: (evidence: Evidence) => Promise<void>;
}

/** Evidence of equivocation: proof by itself, so anybody may forward it. Each is told, counted and handed on once. */
export const createEvidence = (
  deps: EvidenceDeps,
  onEvidence: (evidence: Evidence) => void = () => undefined,
): EvidenceRoom => {
  const known = createBoundedMap<string, true>(MAX_KNOWN);
  const isKnown = (evidence: Evidence): boolean => known.has(keyOf(evidence));
  const note = (evidence: Evidence): void => {
    const { operator, kind } = evidence;
    known.set(keyOf(evidence), true);
    deps.meter.count('mlb_evidence_total', { kind });
    deps.log.warn({ operator, kind }, 'an operator equivocated');
  };

  deps.gossip.handle('evidence', async (message) => {
    const { domain, secp256k1 } = deps;
    const verdict = validateEvidence(message, { domain, secp256k1, sessionKeys: deps.view.sessionKeysOf, isKnown });
    if (verdict.type === 'accept') {
      note(verdict.value);
      onEvidence(verdict.value);
    } else deps.meter.count('mlb_rejections_total', { source: 'evidence', code: verdict.code });
    return verdict.type;
  });

  return {
    report: async (evidence) => {
      if (isKnown(evidence)) return;
      note(evidence);
      onEvidence(evidence);
      await deps.gossip.publish('evidence', encodeEvidence(evidence));
    },
  };
};
