import { ProtocolError } from '../errors.ts';
import { Bytes32, fromHex, toHex } from '../primitives/hex.ts';
import { MAX_CERTIFICATE_BYTES, MAX_LOCKED_SEATS } from '../wire/limits.ts';
import { decodeWire, encodeWire, recordFromWire, recordToWire, type Wire } from '../wire/record.ts';
import type { LockedCommit } from './lock-vote.ts';
import { RESULT_STATEMENT, type ResultStatement } from './result-statement.ts';
import { signatureFromWire } from './signed.ts';

/** At most 31 signatures (protocol.md 0.9): above, BLS is cheaper on chain. */
export const MAX_CERTIFICATE_SIGNERS: number = 31;

export interface SeatSignature {
  readonly seat: number;
  readonly signature: Uint8Array;
}

/**
 * A quorum certificate (QC) as it is gossiped: the statement, the signatures of its signers in seat order, and the locked set
 * that opens `statement.lockRoot`. It carries no values; its weight share is the paper's Confidence(r).
 */
export interface Certificate {
  readonly statement: ResultStatement;
  readonly signatures: readonly SeatSignature[];
  readonly locked: readonly LockedCommit[];
}

export const certificateToWire = ({ statement, signatures, locked }: Certificate): Wire => [
  recordToWire(RESULT_STATEMENT, statement),
  seatSignaturesToWire(signatures),
  locked.map(({ seat, commitStructHash }) => [seat, fromHex(commitStructHash)]),
];

export const seatSignaturesToWire = (signatures: readonly SeatSignature[]): Wire =>
  signatures.map(({ seat, signature }) => [seat, signature]);

/** `[seat, bytes]` pairs, strictly ascending by seat: one set has one encoding. */
const pairsFromWire = (
  wire: unknown,
  maxCount: number,
): readonly { readonly seat: number; readonly bytes: Uint8Array }[] => {
  if (!Array.isArray(wire) || wire.length > maxCount) {
    throw new ProtocolError('BAD_ENCODING', `certificate: expected at most ${maxCount} seats`);
  }
  let previous = -1;
  return wire.map((pair: unknown) => {
    const [seat, bytes] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    if (typeof seat !== 'number' || seat <= previous || seat > 0xffff || !(bytes instanceof Uint8Array)) {
      throw new ProtocolError('BAD_ENCODING', 'certificate: expected [seat, bytes] ascending by seat');
    }
    previous = seat;
    return { seat, bytes };
  });
};

/** At most MAX_CERTIFICATE_SIGNERS signatures, ascending by seat. Throws BAD_ENCODING. */
export const seatSignaturesFromWire = (name: string, wire: unknown): readonly SeatSignature[] =>
  pairsFromWire(wire, MAX_CERTIFICATE_SIGNERS).map(({ seat, bytes }) => ({
    seat,
    signature: signatureFromWire(name, bytes),
  }));

export const certificateFromWire = (wire: unknown): Certificate => {
  if (!Array.isArray(wire) || wire.length !== 3)
    throw new ProtocolError('BAD_ENCODING', 'certificate: expected 3 fields');
  return {
    statement: recordFromWire(RESULT_STATEMENT, wire[0]),
    signatures: seatSignaturesFromWire('certificate', wire[1]),
    locked: pairsFromWire(wire[2], MAX_LOCKED_SEATS).map(({ seat, bytes }) => ({
      seat,
      commitStructHash: Bytes32(toHex(bytes)),
    })),
  };
};

export const encodeCertificate = (certificate: Certificate): Uint8Array => encodeWire(certificateToWire(certificate));
export const decodeCertificate = (bytes: Uint8Array): Certificate =>
  certificateFromWire(decodeWire(bytes, MAX_CERTIFICATE_BYTES));
