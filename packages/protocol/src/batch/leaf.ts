import { MAX_UNION_SEATS } from '../committee/later-round.ts';
import { ProtocolError } from '../errors.ts';
import {
  type Certificate,
  certificateFromWire,
  certificateToWire,
  MAX_CERTIFICATE_SIGNERS,
  type SeatSignature,
  seatSignaturesFromWire,
  seatSignaturesToWire,
} from '../message/certificate.ts';
import { type Signed, signedFromWire, signedToWire } from '../message/signed.ts';
import { TASK_ORDER, type TaskOrder } from '../message/task-order.ts';
import { type CertifiedVerdict, certifiedVerdictFromWire, certifiedVerdictToWire } from '../message/task-verdict.ts';
import { MAX_BATCH_LEAVES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type Wire } from '../wire/record.ts';

/** A task that may be settled: what its requester signed, and what its seats signed. */
export interface SettledTask {
  readonly order: Signed<TaskOrder>;
  /** Of round 0, 1 or 2. */
  readonly certificate: Certificate;
  /** Signatures of Decline by drawn seats of round 0, ascending by seat: their substitutes are in the committee. */
  readonly declines: readonly SeatSignature[];
  /** Of AUDIT_ROUND, exactly when the certificate is of round 0 and its audit seed picked the task. */
  readonly audit: Certificate | undefined;
  /** What a certificate of round 1 or 2 found about all seats; undefined when nobody was at fault. */
  readonly verdict: CertifiedVerdict | undefined;
}

/** One task of a batch. With the chain's state it is enough to recompute every movement it causes. */
export interface BatchLeaf extends SettledTask {
  /** Snapshot row of each seat of the union, in seat order, in the epoch the order was anchored in. */
  readonly committee: readonly number[];
  /** Ledger row of each of its movements, in slot order: what a fraud proof opens. */
  readonly ledgerRows: readonly number[];
}

/** What `header.leavesRoot` commits to: all that moves money. Audit and verdict stand behind `header.dataCidDigest`. */
export type CommittedLeaf = Omit<BatchLeaf, 'audit' | 'verdict'>;

/** The encoded leaves of one batch: one raw block, so that its CID's digest is the sha256 of the bytes. */
export const MAX_BATCH_DATA_BYTES: number = 1024 * 1024;

/** Ledger rows of one leaf: requester, model provider, batcher, treasury, burn and every signer. */
export const MAX_LEAF_MOVEMENTS: number = 5 + MAX_CERTIFICATE_SIGNERS;

const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `batch leaf: ${why}`);

/** None or one, as an array: dag-cbor has no undefined. */
const optionalToWire = <T>(value: T | undefined, toWire: (value: T) => Wire): Wire =>
  value === undefined ? [] : [toWire(value)];

const optionalFromWire = <T>(name: string, wire: unknown, fromWire: (wire: unknown) => T): T | undefined => {
  if (!Array.isArray(wire) || wire.length > 1) throw bad(`expected at most one ${name}`);
  return wire.length === 0 ? undefined : fromWire(wire[0]);
};

const leafToWire = (leaf: BatchLeaf): Wire => [
  signedToWire(TASK_ORDER, leaf.order),
  certificateToWire(leaf.certificate),
  seatSignaturesToWire(leaf.declines),
  optionalToWire(leaf.audit, certificateToWire),
  optionalToWire(leaf.verdict, certifiedVerdictToWire),
  leaf.committee,
  leaf.ledgerRows,
];

const indicesFromWire = (name: string, wire: unknown, maxLength: number): readonly number[] => {
  const isIndex = (value: unknown): boolean =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff;
  if (!Array.isArray(wire) || wire.length > maxLength || !wire.every(isIndex)) {
    throw bad(`expected at most ${maxLength} ${name}`);
  }
  return wire;
};

const leafFromWire = (wire: unknown): BatchLeaf => {
  if (!Array.isArray(wire) || wire.length !== 7) throw bad('expected 7 fields');
  const [order, certificate, declines, audit, verdict, committee, ledgerRows] = wire;
  return {
    order: signedFromWire(TASK_ORDER, order),
    certificate: certificateFromWire(certificate),
    declines: seatSignaturesFromWire('decline', declines),
    audit: optionalFromWire('audit', audit, certificateFromWire),
    verdict: optionalFromWire('verdict', verdict, certifiedVerdictFromWire),
    committee: indicesFromWire('committee rows', committee, MAX_UNION_SEATS),
    ledgerRows: indicesFromWire('ledger rows', ledgerRows, MAX_LEAF_MOVEMENTS),
  };
};

/** The bytes that `header.dataCidDigest` names and attesters fetch. */
export const encodeLeaves = (leaves: readonly BatchLeaf[]): Uint8Array => encodeWire(leaves.map(leafToWire));

/** Throws TOO_LARGE or BAD_ENCODING, also for bytes that are not the one encoding of their leaves. */
export const decodeLeaves = (bytes: Uint8Array): readonly BatchLeaf[] => {
  const wire = decodeWire(bytes, MAX_BATCH_DATA_BYTES);
  if (!Array.isArray(wire) || wire.length > MAX_BATCH_LEAVES) throw bad(`expected at most ${MAX_BATCH_LEAVES} leaves`);
  return wire.map(leafFromWire);
};

/** Encoded size of one leaf. */
export const leafSizeBytes = (leaf: BatchLeaf): number => encodeWire(leafToWire(leaf)).length;
