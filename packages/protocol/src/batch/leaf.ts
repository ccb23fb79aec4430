import { ProtocolError } from '../errors.ts';
import { type Certificate, certificateFromWire, certificateToWire } from '../message/certificate.ts';
import { type Signed, signedFromWire, signedToWire } from '../message/signed.ts';
import { TASK_ORDER, type TaskOrder } from '../message/task-order.ts';
import { MAX_REDUNDANCY } from '../params.ts';
import { MAX_BATCH_LEAVES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type Wire } from '../wire/record.ts';

/** A task that may be settled: what its requester signed, and what its committee signed. */
export interface SettledTask {
  readonly order: Signed<TaskOrder>;
  readonly certificate: Certificate;
}

/** One task of a batch. With the chain's state it is enough to recompute every movement it causes. */
export interface BatchLeaf extends SettledTask {
  /** Snapshot row of each seat, in seat order, in the epoch the order was anchored in. */
  readonly committee: readonly number[];
  /** Ledger row of each of its movements, in slot order: what a fraud proof opens. */
  readonly ledgerRows: readonly number[];
}

/** The encoded leaves of one batch: one raw block, so that its CID's digest is the sha256 of the bytes. */
export const MAX_BATCH_DATA_BYTES: number = 1024 * 1024;

/** Ledger rows of one leaf: requester, model provider, batcher, treasury, burn and every seat. */
export const MAX_LEAF_MOVEMENTS: number = 5 + MAX_REDUNDANCY;

const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `batch leaf: ${why}`);

const leafToWire = ({ order, certificate, committee, ledgerRows }: BatchLeaf): Wire => [
  signedToWire(TASK_ORDER, order),
  certificateToWire(certificate),
  committee,
  ledgerRows,
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
  if (!Array.isArray(wire) || wire.length !== 4) throw bad('expected 4 fields');
  return {
    order: signedFromWire(TASK_ORDER, wire[0]),
    certificate: certificateFromWire(wire[1]),
    committee: indicesFromWire('committee rows', wire[2], MAX_REDUNDANCY),
    ledgerRows: indicesFromWire('ledger rows', wire[3], MAX_LEAF_MOVEMENTS),
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
