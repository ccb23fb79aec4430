import { type Evidence, type Verified, validateEvidence } from '@mlb/protocol';
import { createBoundedMap } from './bounded-map.ts';
import type { EngineDeps } from './deps.ts';

/** Offenses remembered, so that one is forwarded and submitted once. */
const MAX_KNOWN = 4096;

export type EvidenceDeps = Pick<EngineDeps, 'domain' | 'secp256k1' | 'gossip' | 'view' | 'meter' | 'log'>;

const keyOf = ({ operator, kind }: Evidence): string => `${operator}:${kind}`;

/** Judges gossiped evidence: proof by itself, so anybody may forward it. Each new one is handed on. */
export const createEvidence = (deps: EvidenceDeps, onEvidence: (evidence: Verified<Evidence>) => void): void => {
  const known = createBoundedMap<string, true>(MAX_KNOWN);
  deps.gossip.handle('evidence', async (message) => {
    const { domain, secp256k1 } = deps;
    const isKnown = (evidence: Evidence): boolean => known.has(keyOf(evidence));
    const verdict = validateEvidence(message, { domain, secp256k1, sessionKeys: deps.view.sessionKeysOf, isKnown });
    if (verdict.type !== 'accept') {
      deps.meter.count('mlb_rejections_total', { source: 'evidence', code: verdict.code });
      return verdict.type;
    }
    const { operator, kind } = verdict.value;
    known.set(keyOf(verdict.value), true);
    deps.meter.count('mlb_evidence_total', { kind });
    deps.log.warn({ operator, kind }, 'an operator equivocated');
    onEvidence(verdict.value);
    return 'accept';
  });
};
