import type { Snapshot } from '../operators/snapshot.ts';
import { isDrawable, lotsOf } from '../operators/weight.ts';

/** Compute units are counted, and the base fee moves, once in so many seconds. */
export const BASE_FEE_EPOCH_SEC: number = 60;
/** A full epoch moves the base fee by a sixteenth: settles a threefold demand in 9 epochs with 13 % overshoot (T19). */
export const BASE_FEE_DENOMINATOR: bigint = 16n;
/** Below 16 wei a sixteenth rounds to nothing and the fee could not fall: a network's floor is at least this. */
export const MIN_BASE_FEE: bigint = 16n;

/** The header carries the base fee as uint64. */
export const MAX_BASE_FEE: bigint = 2n ** 64n - 1n;

/**
 * Compute units the network can execute in a base-fee epoch: the lots that may be drawn times what governance reckons a
 * lot executes. Stake backs it, and demand does not move it: the best epoch of a day was a measure of demand, and a fee
 * that aims at half of it rises for ever (docs/economics.md R1).
 */
export const capacityOf = ({ rows }: Pick<Snapshot, 'rows'>, computeUnitsPerLot: bigint): bigint =>
  BigInt(rows.filter(isDrawable).reduce((lots, row) => lots + lotsOf(row), 0)) * computeUnitsPerLot;

export interface BaseFeeInput {
  /** In effect in the epoch that ends, wei per million compute units. */
  readonly baseFee: bigint;
  /** Compute units executed for the tasks settled in it: those of each order times its locked seats. */
  readonly usedComputeUnits: bigint;
  /** `capacityOf` the snapshot. */
  readonly capacityComputeUnits: bigint;
  /** At least MIN_BASE_FEE. */
  readonly floor: bigint;
}

const clamp = (value: bigint, bound: bigint): bigint => {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
};

/**
 * The base fee of the next epoch: moves towards half of the capacity being used, by at most 1/16, rounded
 * towards zero; at least one wei up when more is used, and never below the floor (protocol.md section 10).
 */
export const nextBaseFee = ({ baseFee, usedComputeUnits, capacityComputeUnits, floor }: BaseFeeInput): bigint => {
  const target = capacityComputeUnits / 2n;
  const over = usedComputeUnits - target;
  const step = target === 0n ? 0n : (baseFee * clamp(over, target)) / target / BASE_FEE_DENOMINATOR;
  const moved = baseFee + (step === 0n && over > 0n && target > 0n ? 1n : step);
  if (moved > MAX_BASE_FEE) return MAX_BASE_FEE;
  return moved > floor ? moved : floor;
};

/** The base fee after so many epochs in which nothing settled: a sixteenth less each, down to the floor. */
export const restedBaseFee = ({ baseFee, floor }: Pick<BaseFeeInput, 'baseFee' | 'floor'>, epochs: bigint): bigint => {
  let fee = baseFee;
  // Ends at the floor after some 700 epochs, however long nothing settled.
  for (let epoch = 0n; epoch < epochs && fee > floor; epoch += 1n) {
    fee = nextBaseFee({ baseFee: fee, usedComputeUnits: 0n, capacityComputeUnits: 2n, floor });
  }
  return fee;
};
