import { headerDigestOf } from '../batch/assemble.ts';
import { decodeDeltas } from '../batch/deltas.ts';
import { decodeNullifiers } from '../batch/nullifiers.ts';
import { drawProposer, slotOf } from '../committee/proposer.ts';
import { type BatchProposal, decodeBatchProposal } from '../message/batch.ts';
import type { Domain } from '../message/domain.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { keccak256 } from '../primitives/hash.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import type { Secp256k1 } from '../primitives/signature.ts';
import { markVerified, type Verified } from '../primitives/verified.ts';
import { MAX_BATCH_LEAVES } from '../wire/limits.ts';
import { tryDecode } from './decode.ts';
import { accept, type IgnoreCode, ignore, type RejectCode, reject, type Verdict } from './verdict.ts';

export interface ProposalContext {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly batchSlotBlocks: number;
  readonly headBlock: bigint;
  /** The last batch on chain, 0 before the first. */
  readonly lastIndex: bigint;
  readonly snapshot: (epoch: bigint) => Snapshot | undefined;
  readonly isSeen: (headerDigest: Bytes32) => boolean;
}

export interface AcceptedProposal {
  readonly headerDigest: Bytes32;
  readonly proposal: Verified<BatchProposal>;
  /** Its parent is not on chain yet: to be parked until it is. */
  readonly isAhead: boolean;
}

/** A proposal may travel, and its data be fetched, for so many slots. */
export const MAX_SLOT_LAG: bigint = 8n;
/** Batches that may be under way ahead of the chain's last one. */
export const MAX_INDEX_AHEAD: bigint = 8n;

const decodeRows = ({ deltas, nullifiers }: BatchProposal): true | undefined => {
  const isDecodable =
    tryDecode(decodeDeltas, deltas) !== undefined && tryDecode(decodeNullifiers, nullifiers) !== undefined;
  return isDecodable ? true : undefined;
};

const contentFault = (proposal: BatchProposal): RejectCode | undefined => {
  const { header, deltas, nullifiers } = proposal;
  // [REJECT] malformed: no leaf, too many, or rows that are not canonical
  if (header.leafCount < 1 || header.leafCount > MAX_BATCH_LEAVES) return 'MALFORMED';
  if (decodeRows(proposal) === undefined) return 'MALFORMED';
  // [REJECT] rows that the header does not bind
  const isBound = keccak256(deltas) === header.deltasHash && keccak256(nullifiers) === header.nullifiersHash;
  return isBound ? undefined : 'BAD_HASH';
};

const placeFault = (context: ProposalContext, { header }: BatchProposal): IgnoreCode | undefined => {
  const { lastIndex } = context;
  // [IGNORE] index already on chain, or further ahead than batches are under way
  if (header.index <= lastIndex || header.index > lastIndex + MAX_INDEX_AHEAD) return 'WRONG_INDEX';
  const slot = slotOf(context.headBlock, context.batchSlotBlocks);
  // [IGNORE] a slot long gone or yet to come: whoever picks the slot would pick the proposer
  return header.slot > slot + 1n || header.slot + MAX_SLOT_LAG < slot ? 'WRONG_SLOT' : undefined;
};

/** Judges a gossiped batch proposal. What is in its leaves is `verifyBatch`'s question, once they are fetched. */
export const validateBatchProposal = (bytes: Uint8Array, context: ProposalContext): Verdict<AcceptedProposal> => {
  // [REJECT] undecodable, over 128 KiB
  const proposal = tryDecode(decodeBatchProposal, bytes);
  if (proposal === undefined) return reject('MALFORMED');
  const { header, proposer, signature } = proposal;
  const { domain, secp256k1, lastIndex } = context;
  const content = contentFault(proposal);
  if (content !== undefined) return reject(content);
  const headerDigest = headerDigestOf(domain, header);
  // [IGNORE] seen
  if (context.isSeen(headerDigest)) return ignore('SEEN');
  const place = placeFault(context, proposal);
  if (place !== undefined) return ignore(place);
  // [IGNORE] sealed later than our head
  const snapshot = context.snapshot(header.epoch);
  if (snapshot === undefined) return ignore('UNKNOWN_EPOCH');
  // [REJECT] proposer not in the schedule
  if (drawProposer({ domain, snapshot, slot: header.slot }) !== proposer) return reject('NOT_THE_PROPOSER');
  // [REJECT] bad signature
  if (secp256k1.recover(headerDigest, signature) !== snapshot.rows[proposer]?.sessionKey)
    return reject('BAD_SIGNATURE');
  return accept({ headerDigest, proposal: markVerified(proposal), isAhead: header.index !== lastIndex + 1n });
};
