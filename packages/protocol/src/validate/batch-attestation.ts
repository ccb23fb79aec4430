import { type BatchAttestation, type BatchHeader, decodeBatchAttestation } from '../message/batch.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { attesterWeight } from '../operators/weight.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { MAX_INDEX_AHEAD } from './batch-proposal.ts';
import { tryDecode } from './decode.ts';
import { accept, ignore, reject, type Verdict } from './verdict.ts';

export interface AttestationContext {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** The last batch on chain, 0 before the first. */
  readonly lastIndex: bigint;
  /** The last sealed epoch. */
  readonly epoch: bigint;
  readonly snapshot: (epoch: bigint) => Snapshot | undefined;
  /** Header of a proposal we accepted. */
  readonly proposed: (headerDigest: Bytes32) => BatchHeader | undefined;
  readonly isSeen: (headerDigest: Bytes32, attester: number) => boolean;
}

export interface AcceptedAttestation {
  readonly attestation: Verified<BatchAttestation>;
  /** Its proposal has not come yet: to be parked, and counted only when the proposal is of this epoch. */
  readonly isAhead: boolean;
  /** Epoch in whose snapshot the attester stands. */
  readonly epoch: bigint;
}

/** Whether the row of this epoch's snapshot signed; undefined when it is no attester's. */
const isSignedBy = (
  { secp256k1 }: AttestationContext,
  { headerDigest, attester, signature }: BatchAttestation,
  snapshot: Snapshot | undefined,
): boolean | undefined => {
  const row = snapshot?.rows[attester];
  if (row === undefined || attesterWeight(row) === 0n) return undefined;
  return secp256k1.recover(headerDigest, signature) === row.sessionKey;
};

/** Good by itself: signed by an attester of the current epoch or the one before. */
const validateAhead = (attestation: BatchAttestation, context: AttestationContext): Verdict<AcceptedAttestation> => {
  const epoch = [context.epoch, context.epoch - 1n].find(
    (candidate) => isSignedBy(context, attestation, context.snapshot(candidate)) === true,
  );
  // [IGNORE] unknown proposal
  if (epoch === undefined) return ignore('UNKNOWN_PROPOSAL');
  return accept({ attestation: markVerified(attestation), isAhead: true, epoch });
};

/** Judges a gossiped batch attestation. */
export const validateBatchAttestation = (
  bytes: Uint8Array,
  context: AttestationContext,
): Verdict<AcceptedAttestation> => {
  // [REJECT] undecodable, over 1 KiB
  const attestation = tryDecode(decodeBatchAttestation, bytes);
  if (attestation === undefined) return reject('MALFORMED');
  const { index, slot, headerDigest, attester } = attestation;
  // [IGNORE] second of the same digest
  if (context.isSeen(headerDigest, attester)) return ignore('SEEN');
  // [IGNORE] of a batch that is on chain, or too far ahead
  if (index <= context.lastIndex || index > context.lastIndex + MAX_INDEX_AHEAD) return ignore('WRONG_INDEX');
  const header = context.proposed(headerDigest);
  if (header === undefined) return validateAhead(attestation, context);
  // [REJECT] index or slot that the digest contradicts
  if (header.index !== index || header.slot !== slot) return reject('MALFORMED');
  // [IGNORE] the proposal's epoch is gone from our memory
  const snapshot = context.snapshot(header.epoch);
  if (snapshot === undefined) return ignore('UNKNOWN_EPOCH');
  const isSigned = isSignedBy(context, attestation, snapshot);
  // [REJECT] not an attester
  if (isSigned === undefined) return reject('NOT_AN_ATTESTER');
  // [REJECT] bad signature
  if (!isSigned) return reject('BAD_SIGNATURE');
  return accept({ attestation: markVerified(attestation), isAhead: false, epoch: header.epoch });
};
