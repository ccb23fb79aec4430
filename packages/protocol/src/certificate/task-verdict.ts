import { MAX_CERTIFICATE_SIGNERS } from '../message/certificate.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { type CertifiedVerdict, unpackFindings, VERDICT } from '../message/task-verdict.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import type { Seat } from '../quorum/seat.ts';
import { hasQuorum } from '../quorum/threshold.ts';

/** Why a certified verdict proves nothing. Each is self-contained proof of badness, given the right seats. */
export type VerdictRejection = 'MALFORMED' | 'NOT_A_SEAT' | 'BELOW_QUORUM' | 'BAD_SIGNATURE';

export interface VerdictCheck {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** The union of the verdict's task and round. */
  readonly seats: readonly Seat[];
  readonly certified: CertifiedVerdict;
}

/**
 * Checks a verdict against the union: findings about its seats and nobody else, signed by 70 % of its weight and at least
 * MIN_VERIFIERS operators. Whether the findings are true is the signers' word: they saw the reveals.
 */
export const verifyCertifiedVerdict = ({
  domain,
  secp256k1,
  seats,
  certified,
}: VerdictCheck): Verified<CertifiedVerdict> | VerdictRejection => {
  const { verdict, signatures } = certified;
  const signers = signatures.map(({ seat }) => seat);
  const isAscending = signers.every((seat, i) => Number.isSafeInteger(seat) && seat > (signers[i - 1] ?? -1));
  if (signatures.length > MAX_CERTIFICATE_SIGNERS || !isAscending) return 'MALFORMED';
  if (unpackFindings(verdict.findings, seats.length) === undefined) return 'MALFORMED';
  if (signers.some((seat) => seat >= seats.length)) return 'NOT_A_SEAT';
  if (!hasQuorum(seats, signers)) return 'BELOW_QUORUM';
  const digest = digestOf(domain, VERDICT, verdict);
  const isSigned = signatures.every(
    ({ seat, signature }) => secp256k1.recover(digest, signature) === seats[seat]?.sessionKey,
  );
  return isSigned ? markVerified(certified) : 'BAD_SIGNATURE';
};
