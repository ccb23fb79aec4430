import { numberToBytesBE } from '@noble/curves/utils.js';
import type { Domain } from '../message/domain.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { attesterWeight, totalAttesterWeight } from '../operators/weight.ts';
import { keccak256, tag } from '../primitives/hash.ts';

/** slot = floor(L2 block number / batchSlotBlocks). */
export const slotOf = (blockNumber: bigint, batchSlotBlocks: number): bigint => blockNumber / BigInt(batchSlotBlocks);

export interface ProposerInput {
  readonly domain: Domain;
  readonly snapshot: Pick<Snapshot, 'epoch' | 'rows'>;
  readonly slot: bigint;
}

/**
 * Row of the operator that proposes the batch of a slot: a draw over the attester weights with
 * keccak256("MLB_PROPOSER_V1", uint256 chainId, settlement, uint64 epoch, uint64 slot), packed. Undefined for an empty snapshot.
 */
export const drawProposer = ({ domain, snapshot, slot }: ProposerInput): number | undefined => {
  const total = totalAttesterWeight(snapshot);
  if (total === 0n) return undefined;
  const seed = keccak256(
    tag('MLB_PROPOSER_V1'),
    numberToBytesBE(domain.chainId, 32),
    domain.settlement,
    numberToBytesBE(snapshot.epoch, 8),
    numberToBytesBE(slot, 8),
  );
  const x = BigInt(seed) % total;
  let sum = 0n;
  return snapshot.rows.findIndex((row) => {
    sum += attesterWeight(row);
    return x < sum;
  });
};
