import { isSameStatement } from '../certificate/assemble.ts';
import { verifyCertificate } from '../certificate/verify.ts';
import { type Certificate, decodeCertificate } from '../message/certificate.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { RESULT_STATEMENT, type ResultStatement } from '../message/result-statement.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { MIN_VERIFIERS } from '../params.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import type { Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';
import { tryDecode } from './decode.ts';
import { accept, ignore, reject, type Verdict } from './verdict.ts';

/** What we know of the task and round a certificate speaks of. */
export type CommitteeKnowledge =
  | { readonly type: 'drawn'; readonly epoch: bigint; readonly seats: readonly Seat[] }
  /** We have the order, but not yet its seed block. */
  | { readonly type: 'beacon-pending' }
  | { readonly type: 'unknown' };

export interface CertificateContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly committee: (statement: ResultStatement) => CommitteeKnowledge;
  /** The certificate we hold for the statement's task and round. */
  readonly held: (statement: ResultStatement) => Certificate | undefined;
  readonly snapshot: (epoch: bigint) => Snapshot | undefined;
}

export type AcceptedCertificate =
  | { readonly type: 'verified'; readonly certificate: Verified<Certificate> }
  /** Ahead of its order: signed by enough operators of its epoch. To be judged again with the order. */
  | { readonly type: 'parked'; readonly certificate: Certificate };

/** Its signatures are operators', at least MIN_VERIFIERS: worth a place in a bounded queue. */
const isWorthParking = (context: CertificateContext, { statement, signatures }: Certificate): boolean => {
  const rows = context.snapshot(statement.epoch)?.rows;
  if (rows === undefined || signatures.length < MIN_VERIFIERS) return false;
  const digest = digestOf(context.domain, RESULT_STATEMENT, statement);
  const signers = new Set(signatures.map(({ signature }) => context.secp256k1.recover(digest, signature)));
  const keys = new Set(rows.map(({ sessionKey }) => sessionKey));
  return signers.size === signatures.length && [...signers].every((key) => key !== undefined && keys.has(key));
};

const isSuperset = (held: Certificate, certificate: Certificate): boolean => {
  const seats = new Set(held.signatures.map(({ seat }) => seat));
  return certificate.signatures.every(({ seat }) => seats.has(seat));
};

/** Judges a gossiped certificate (QcAnnounce of protocol.md section 7). */
export const validateCertificate = (bytes: Uint8Array, context: CertificateContext): Verdict<AcceptedCertificate> => {
  // [REJECT] undecodable, over 8 KiB
  const certificate = tryDecode(decodeCertificate, bytes);
  if (certificate === undefined) return reject('MALFORMED');
  const { statement } = certificate;
  const held = context.held(statement);
  // [IGNORE] we have one of the same statement with all its signers: the same again
  if (held !== undefined && isSameStatement(held.statement, statement) && isSuperset(held, certificate)) {
    return ignore('SUBSET');
  }
  const committee = context.committee(statement);
  if (committee.type !== 'drawn') {
    if (isWorthParking(context, certificate)) return accept({ type: 'parked', certificate });
    // [IGNORE] beacon pending, or unknown task
    return ignore(committee.type === 'unknown' ? 'UNKNOWN_TASK' : 'BEACON_PENDING');
  }
  // [IGNORE] of another epoch than the order was anchored in for us
  if (statement.epoch !== committee.epoch) return ignore('UNKNOWN_EPOCH');
  // [REJECT] bad signature, weight below 70 %, seats that were not drawn, a lock that does not open (I2)
  const { domain, secp256k1 } = context;
  const verified = verifyCertificate({ domain, secp256k1, seats: committee.seats, certificate });
  if (typeof verified !== 'string') return accept({ type: 'verified', certificate: verified });
  // [IGNORE] operators signed it in seats that we drew otherwise: on the other side of a reorg, or a decline we missed
  const isOfOthers = verified === 'BAD_SIGNATURE' || verified === 'NOT_A_SEAT';
  return isOfOthers && isWorthParking(context, certificate) ? ignore('OTHER_COMMITTEE') : reject(verified);
};
