import type { Domain } from '../message/domain.ts';
import { decodeEvidence, type Evidence } from '../message/evidence.ts';
import { findEquivocation, verifyEvidence } from '../offense/equivocation.ts';
import type { Address } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { Verified } from '../primitives/verified.ts';
import { tryDecode } from './decode.ts';
import { accept, ignore, reject, type Verdict } from './verdict.ts';

export interface EvidenceContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** Keys of the operator in the snapshots whose stake can still be slashed; empty for an unknown operator. */
  readonly sessionKeys: (operator: Address) => readonly Address[];
  /** Evidence of this operator, task and kind is already held. */
  readonly isKnown: (evidence: Evidence) => boolean;
}

/** Judges gossiped evidence of equivocation. */
export const validateEvidence = (bytes: Uint8Array, context: EvidenceContext): Verdict<Verified<Evidence>> => {
  // [REJECT] undecodable, over 4 KiB
  const evidence = tryDecode(decodeEvidence, bytes);
  if (evidence === undefined) return reject('MALFORMED');
  // [REJECT] the pair proves nothing: one statement twice, or of two duties
  if (findEquivocation(evidence) === undefined) return reject('PROVES_NOTHING');
  // [IGNORE] known (operator, task, kind)
  if (context.isKnown(evidence)) return ignore('SEEN');
  const keys = context.sessionKeys(evidence.operator);
  // [IGNORE] an operator we do not know: its registration may be ahead of us
  if (keys.length === 0) return ignore('UNKNOWN_OPERATOR');
  const { domain, secp256k1 } = context;
  for (const key of keys) {
    const verified = verifyEvidence({ domain, secp256k1, sessionKeyOf: () => key, evidence });
    if (typeof verified !== 'string') return accept(verified);
  }
  // [REJECT] not both signed by one key of the operator
  return reject('BAD_SIGNATURE');
};
