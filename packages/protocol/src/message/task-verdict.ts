import { ProtocolError } from '../errors.ts';
import type { Bytes32, TaskId } from '../primitives/hex.ts';
import { MAX_VERDICT_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema, recordFromWire, recordToWire, type Wire } from '../wire/record.ts';
import { type SeatSignature, seatSignaturesFromWire, seatSignaturesToWire } from './certificate.ts';

/** What the certified round r >= 1 found about every seat of the union. Its EIP-712 name is `Verdict`. */
export interface TaskVerdict {
  readonly taskId: TaskId;
  readonly round: number;
  /** Of that round's certificate. */
  readonly lockRoot: Bytes32;
  /** Four bits a seat, see `packFindings`. */
  readonly findings: bigint;
}

export const VERDICT: RecordSchema<TaskVerdict> = {
  name: 'Verdict',
  fields: { taskId: 'bytes32', round: 'uint8', lockRoot: 'bytes32', findings: 'uint256' },
};

/** Low three bits of a nibble: 0 agreeing, 1 near, 2 gross, 3 withheld, 4 silent. */
export const FINDING_CODES: readonly ['agreeing', 'near', 'gross', 'withheld', 'silent'] = [
  'agreeing',
  'near',
  'gross',
  'withheld',
  'silent',
];
export type Finding = (typeof FINDING_CODES)[number];

/** What a verdict says about one seat. */
export interface SeatJudgement {
  readonly finding: Finding;
  /** It signed a certificate of an earlier round, or of the audit, for another value than the canonical one (bit 3). */
  readonly isOverturnedSigner: boolean;
}

/** Nibble s of the word is seat s. */
export const packFindings = (judgements: readonly SeatJudgement[]): bigint =>
  judgements.reduceRight(
    (word, { finding, isOverturnedSigner }) =>
      (word << 4n) | BigInt(FINDING_CODES.indexOf(finding)) | (isOverturnedSigner ? 8n : 0n),
    0n,
  );

/** The judgements of seats 0 to seatCount - 1, or undefined for a word that no honest seat writes. */
export const unpackFindings = (findings: bigint, seatCount: number): readonly SeatJudgement[] | undefined => {
  if (findings >> BigInt(4 * seatCount) !== 0n) return undefined;
  const judgements = Array.from({ length: seatCount }, (_, seat) => {
    const nibble = Number((findings >> BigInt(4 * seat)) & 15n);
    const finding = FINDING_CODES[nibble & 7];
    return finding && { finding, isOverturnedSigner: nibble >= 8 };
  });
  return judgements.every((judgement) => judgement !== undefined) ? judgements : undefined;
};

/** A verdict that seats of 70 % of the union's weight, at least three, signed. */
export interface CertifiedVerdict {
  readonly verdict: TaskVerdict;
  /** Ascending by seat. */
  readonly signatures: readonly SeatSignature[];
}

export const certifiedVerdictToWire = ({ verdict, signatures }: CertifiedVerdict): Wire => [
  recordToWire(VERDICT, verdict),
  seatSignaturesToWire(signatures),
];

export const certifiedVerdictFromWire = (wire: unknown): CertifiedVerdict => {
  if (!Array.isArray(wire) || wire.length !== 2) throw new ProtocolError('BAD_ENCODING', 'verdict: expected 2 fields');
  return { verdict: recordFromWire(VERDICT, wire[0]), signatures: seatSignaturesFromWire('verdict', wire[1]) };
};

export const encodeCertifiedVerdict = (verdict: CertifiedVerdict): Uint8Array =>
  encodeWire(certifiedVerdictToWire(verdict));
export const decodeCertifiedVerdict = (bytes: Uint8Array): CertifiedVerdict =>
  certifiedVerdictFromWire(decodeWire(bytes, MAX_VERDICT_BYTES));
