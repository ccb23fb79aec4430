import { numberToBytesBE } from '@noble/curves/utils.js';
import type { Domain } from '../message/domain.ts';
import { keccak256, tag } from '../primitives/hash.ts';
import type { BlockHash, Bytes32, TaskId } from '../primitives/hex.ts';

export interface SeedInput {
  readonly domain: Domain;
  readonly taskId: TaskId;
  readonly round: number;
  /** Hash of the seed block: unknown when the order was signed, so nobody can grind its nonce for a committee. */
  readonly blockHash: BlockHash;
}

/** keccak256("MLB_SEED_V1", uint256 chainId, settlement, taskId, uint8 round, blockHash), packed. */
export const seedOf = ({ domain, taskId, round, blockHash }: SeedInput): Bytes32 =>
  keccak256(
    tag('MLB_SEED_V1'),
    numberToBytesBE(domain.chainId, 32),
    domain.settlement,
    taskId,
    Uint8Array.of(round),
    blockHash,
  );

/** b_0: the L2 block whose hash seeds round 0. */
export const seedBlockOf = (anchorBlock: bigint, seedLagBlocks: number): bigint => anchorBlock + BigInt(seedLagBlocks);

/**
 * Whether an order first seen while `headBlock` was the head was signed before its seed was known: nobody could have
 * tried nonces until the draw gave it the committee it wanted (T31). With the seed block as the head it is known.
 */
export const isBeforeSeed = (headBlock: bigint, seedBlock: bigint): boolean => headBlock < seedBlock;
