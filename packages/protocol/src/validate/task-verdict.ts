import { verifyCertifiedVerdict } from '../certificate/task-verdict.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { type CertifiedVerdict, decodeCertifiedVerdict, type TaskVerdict, VERDICT } from '../message/task-verdict.ts';
import { MIN_VERIFIERS } from '../params.ts';
import type { Address } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { Verified } from '../primitives/verified.ts';
import type { CommitteeKnowledge } from './certificate.ts';
import { tryDecode } from './decode.ts';
import { accept, ignore, reject, type Verdict } from './verdict.ts';

export interface CertifiedVerdictContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** The union of the verdict's task and round. */
  readonly committee: (verdict: TaskVerdict) => CommitteeKnowledge;
  readonly isSessionKey: (key: Address) => boolean;
  /** The certified verdict we hold for the task. */
  readonly held: (verdict: TaskVerdict) => CertifiedVerdict | undefined;
}

export type AcceptedVerdict =
  | { readonly type: 'verified'; readonly certified: Verified<CertifiedVerdict> }
  /** Ahead of its round: signed by enough operators. To be judged again when the round is seated. */
  | { readonly type: 'parked'; readonly certified: CertifiedVerdict };

const isWorthParking = (context: CertifiedVerdictContext, { verdict, signatures }: CertifiedVerdict): boolean => {
  if (signatures.length < MIN_VERIFIERS) return false;
  const digest = digestOf(context.domain, VERDICT, verdict);
  const signers = new Set(signatures.map(({ signature }) => context.secp256k1.recover(digest, signature)));
  return (
    signers.size === signatures.length && [...signers].every((key) => key !== undefined && context.isSessionKey(key))
  );
};

/** Judges a gossiped verdict. */
export const validateCertifiedVerdict = (
  bytes: Uint8Array,
  context: CertifiedVerdictContext,
): Verdict<AcceptedVerdict> => {
  // [REJECT] undecodable, over 4 KiB
  const certified = tryDecode(decodeCertifiedVerdict, bytes);
  if (certified === undefined) return reject('MALFORMED');
  // [REJECT] round 0 judges nobody
  if (certified.verdict.round === 0) return reject('MALFORMED');
  // [IGNORE] one is enough: its findings have 70 %
  if (context.held(certified.verdict) !== undefined) return ignore('SEEN');
  const committee = context.committee(certified.verdict);
  if (committee.type !== 'drawn') {
    if (isWorthParking(context, certified)) return accept({ type: 'parked', certified });
    // [IGNORE] beacon pending, or unknown task
    return ignore(committee.type === 'unknown' ? 'UNKNOWN_TASK' : 'BEACON_PENDING');
  }
  // [REJECT] bad signature, weight below 70 %, seats that were not drawn
  const { domain, secp256k1 } = context;
  const verified = verifyCertifiedVerdict({ domain, secp256k1, seats: committee.seats, certified });
  if (typeof verified !== 'string') return accept({ type: 'verified', certified: verified });
  // [IGNORE] operators signed it, in a union that we drew otherwise: a reorg or a decline we missed may be ours
  return isWorthParking(context, certified) ? ignore('OTHER_COMMITTEE') : reject(verified);
};
