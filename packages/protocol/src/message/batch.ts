import { ProtocolError } from '../errors.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { MAX_BATCH_ATTESTATION_BYTES, MAX_BATCH_PROPOSAL_BYTES } from '../wire/limits.ts';
import { decodeWire, encodeWire, type RecordSchema, recordFromWire, recordToWire } from '../wire/record.ts';
import { signatureFromWire } from './signed.ts';

/** One settlement batch. Attesters sign its EIP-712 digest; the Settlement contract checks the same digest. */
export interface BatchHeader {
  /** Contiguous from 1. */
  readonly index: bigint;
  /** Digest of the header before, zero for the first. */
  readonly prevHash: Bytes32;
  /** Epoch whose snapshot the attesters belong to. */
  readonly epoch: bigint;
  /** L2 block number / batchSlotBlocks at proposal: who proposes, and what makes two proposals of one index distinct. */
  readonly slot: bigint;
  readonly leafCount: number;
  readonly leavesRoot: Bytes32;
  readonly ledgerRoot: Bytes32;
  readonly deltasHash: Bytes32;
  readonly nullifiersHash: Bytes32;
  readonly slashesRoot: Bytes32;
  readonly reputationRoot: Bytes32;
  /** Wei per million compute units, in effect for the leaves. */
  readonly baseFee: bigint;
  /** In units of 1e9 wei. */
  readonly treasuryUnits: bigint;
  /** In units of 1e9 wei. */
  readonly burnUnits: bigint;
  /** sha256 digest of the CID of the encoded leaves. */
  readonly dataCidDigest: Bytes32;
}

export const BATCH_HEADER: RecordSchema<BatchHeader> = {
  name: 'BatchHeader',
  fields: {
    index: 'uint64',
    prevHash: 'bytes32',
    epoch: 'uint64',
    slot: 'uint64',
    leafCount: 'uint32',
    leavesRoot: 'bytes32',
    ledgerRoot: 'bytes32',
    deltasHash: 'bytes32',
    nullifiersHash: 'bytes32',
    slashesRoot: 'bytes32',
    reputationRoot: 'bytes32',
    baseFee: 'uint64',
    treasuryUnits: 'uint64',
    burnUnits: 'uint64',
    dataCidDigest: 'bytes32',
  },
};

/** Gossiped by the slot's proposer. Its signature is the proposer's own attestation. */
export interface BatchProposal {
  readonly header: BatchHeader;
  /** 13-byte rows for Escrow.applyDeltas (see batch/deltas.ts). */
  readonly deltas: Uint8Array;
  /** 40-byte rows (see batch/nullifiers.ts). */
  readonly nullifiers: Uint8Array;
  /** Row of the proposer in the epoch's snapshot. */
  readonly proposer: number;
  readonly signature: Uint8Array;
}

/** Gossiped by every attester that holds and agrees with all leaves. */
export interface BatchAttestation {
  readonly index: bigint;
  readonly slot: bigint;
  readonly headerDigest: Bytes32;
  /** Row of the attester in the epoch's snapshot. */
  readonly attester: number;
  readonly signature: Uint8Array;
}

const bad = (what: string): ProtocolError => new ProtocolError('BAD_ENCODING', what);

export const encodeBatchProposal = (p: BatchProposal): Uint8Array =>
  encodeWire([recordToWire(BATCH_HEADER, p.header), p.deltas, p.nullifiers, p.proposer, p.signature]);

export const decodeBatchProposal = (bytes: Uint8Array): BatchProposal => {
  const wire = decodeWire(bytes, MAX_BATCH_PROPOSAL_BYTES);
  if (!Array.isArray(wire) || wire.length !== 5) throw bad('batch proposal: expected 5 fields');
  const [header, deltas, nullifiers, proposer, signature] = wire;
  if (
    !(deltas instanceof Uint8Array && nullifiers instanceof Uint8Array && Number.isInteger(proposer) && proposer >= 0)
  ) {
    throw bad('batch proposal: field of a wrong type');
  }
  return {
    header: recordFromWire(BATCH_HEADER, header),
    deltas,
    nullifiers,
    proposer,
    signature: signatureFromWire('batch proposal', signature),
  };
};

const ATTESTATION_BODY: RecordSchema<Omit<BatchAttestation, 'signature'>> = {
  name: 'BatchAttestation',
  fields: { index: 'uint64', slot: 'uint64', headerDigest: 'bytes32', attester: 'uint16' },
};

export const encodeBatchAttestation = (a: BatchAttestation): Uint8Array =>
  encodeWire([recordToWire(ATTESTATION_BODY, a), a.signature]);

export const decodeBatchAttestation = (bytes: Uint8Array): BatchAttestation => {
  const wire = decodeWire(bytes, MAX_BATCH_ATTESTATION_BYTES);
  if (!Array.isArray(wire) || wire.length !== 2) throw bad('batch attestation: expected 2 fields');
  return { ...recordFromWire(ATTESTATION_BODY, wire[0]), signature: signatureFromWire('batch attestation', wire[1]) };
};
