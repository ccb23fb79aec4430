import { type Certificate, MAX_CERTIFICATE_SIGNERS, type SeatSignature } from '../message/certificate.ts';
import { type LockedCommit, lockRootOf } from '../message/lock-vote.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { Seat } from '../quorum/seat.ts';

/** A certificate in its one canonical form: signatures and locked commits ascending by seat, one signature a seat. */
export const assembleCertificate = ({
  statement,
  signatures,
  locked,
}: {
  readonly statement: ResultStatement;
  readonly signatures: readonly SeatSignature[];
  readonly locked: readonly LockedCommit[];
}): Certificate => {
  const bySeat = new Map<number, SeatSignature>();
  for (const signed of signatures) if (!bySeat.has(signed.seat)) bySeat.set(signed.seat, signed);
  return {
    statement,
    signatures: [...bySeat.values()].sort((a, b) => a.seat - b.seat),
    locked: locked.toSorted((a, b) => a.seat - b.seat),
  };
};

/** At most MAX_CERTIFICATE_SIGNERS of the signatures, those of the heaviest seats: what carries a quorum if anything does. */
export const heaviestSigners = (
  seats: readonly Seat[],
  signatures: readonly SeatSignature[],
): readonly SeatSignature[] => {
  if (signatures.length <= MAX_CERTIFICATE_SIGNERS) return signatures;
  const weightAt = (seat: number): bigint => seats[seat]?.weight ?? 0n;
  const heavierFirst = (a: SeatSignature, b: SeatSignature): number =>
    Number(weightAt(b.seat) - weightAt(a.seat)) || a.seat - b.seat;
  return signatures.toSorted(heavierFirst).slice(0, MAX_CERTIFICATE_SIGNERS);
};

/** Whether two certificates are of one statement, and so can be merged. */
export const isSameStatement = (a: ResultStatement, b: ResultStatement): boolean =>
  a.taskId === b.taskId &&
  a.round === b.round &&
  a.epoch === b.epoch &&
  a.seatCount === b.seatCount &&
  a.lockRoot === b.lockRoot &&
  a.resultDigest === b.resultDigest;

const newSigners = (known: Certificate, other: Certificate): readonly SeatSignature[] => {
  const seats = new Set(known.signatures.map(({ seat }) => seat));
  const room = MAX_CERTIFICATE_SIGNERS - seats.size;
  return other.signatures.filter(({ seat }) => !seats.has(seat)).slice(0, room);
};

/**
 * The union of the signatures of two certificates of one statement, or undefined if they say different things. Where
 * both have a signature of a seat the first one's stays; past MAX_CERTIFICATE_SIGNERS the second one's are left out. Two verified certificates give a verified one: every
 * signature was checked, and more of them weigh no less.
 */
export const mergeCertificates = <C extends Certificate>(first: C, second: C): C | undefined =>
  isSameStatement(first.statement, second.statement) && lockRootOf(first.locked) === lockRootOf(second.locked)
    ? (assembleCertificate({
        statement: first.statement,
        signatures: [...first.signatures, ...newSigners(first, second)],
        locked: first.locked,
      }) as C)
    : undefined;
