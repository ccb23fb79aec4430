import { type Certificate, MAX_CERTIFICATE_SIGNERS } from '../message/certificate.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { lockRootOf } from '../message/lock-vote.ts';
import { RESULT_STATEMENT } from '../message/result-statement.ts';
import { BPS } from '../params.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';
import { hasQuorum, totalWeightOf, weightOf } from '../quorum/threshold.ts';

/** Why a certificate proves nothing. Each is self-contained proof of badness, given the right seats. */
export type CertificateRejection = 'MALFORMED' | 'NOT_A_SEAT' | 'BAD_LOCK_ROOT' | 'BELOW_QUORUM' | 'BAD_SIGNATURE';

const isAscending = (entries: readonly { readonly seat: number }[]): boolean =>
  entries.every(({ seat }, i) => Number.isSafeInteger(seat) && seat > (entries[i - 1]?.seat ?? -1));

/** Everything but the signatures, cheapest first. */
const rejectionOf = (
  { statement, signatures, locked }: Certificate,
  seats: readonly Seat[],
): CertificateRejection | undefined => {
  if (signatures.length > MAX_CERTIFICATE_SIGNERS || !isAscending(signatures) || !isAscending(locked))
    return 'MALFORMED';
  if (statement.seatCount !== seats.length) return 'NOT_A_SEAT';
  if ([...signatures, ...locked].some(({ seat }) => seat >= seats.length)) return 'NOT_A_SEAT';
  if (lockRootOf(locked) !== statement.lockRoot) return 'BAD_LOCK_ROOT';
  const lockedSeats = new Set(locked.map(({ seat }) => seat));
  // A signer outside the lock committed too late to have worked it out itself (I3).
  if (!signatures.every(({ seat }) => lockedSeats.has(seat))) return 'BAD_LOCK_ROOT';
  const signers = signatures.map(({ seat }) => seat);
  return hasQuorum(seats, signers) ? undefined : 'BELOW_QUORUM';
};

/**
 * Checks a certificate against the seats drawn for its task and round: every signature recovers to its seat's session
 * key, the signers weigh 70 % of ALL seats and are at least MIN_VERIFIERS operators, all of them in the locked set
 * that opens `lockRoot` (I2). The caller has drawn `seats` for the statement's task, round and epoch.
 */
export const verifyCertificate = ({
  domain,
  secp256k1,
  seats,
  certificate,
}: {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly seats: readonly Seat[];
  readonly certificate: Certificate;
}): Verified<Certificate> | CertificateRejection => {
  const rejection = rejectionOf(certificate, seats);
  if (rejection !== undefined) return rejection;
  const digest = digestOf(domain, RESULT_STATEMENT, certificate.statement);
  const isSigned = certificate.signatures.every(
    ({ seat, signature }) => secp256k1.recover(digest, signature) === seats[seat]?.sessionKey,
  );
  return isSigned ? markVerified(certificate) : 'BAD_SIGNATURE';
};

/** The paper's Confidence(r) in basis points: the signers' share of the weight of all seats, rounded down. */
export const confidenceBps = (certificate: Certificate, seats: readonly Seat[]): number => {
  const total = totalWeightOf(seats);
  const signers = certificate.signatures.map(({ seat }) => seat);
  return total === 0n ? 0 : Number((weightOf(seats, signers) * BPS) / total);
};
