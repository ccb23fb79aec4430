/** Compute units are counted, and the base fee moves, once in so many seconds. */
export const BASE_FEE_EPOCH_SEC: number = 60;
/** A full epoch moves the base fee by a sixteenth: settles a threefold demand in 9 epochs with 13 % overshoot (T19). */
export const BASE_FEE_DENOMINATOR: bigint = 16n;
/** Epochs whose best one is the demonstrated capacity: 24 h. */
export const CAPACITY_WINDOW_EPOCHS: number = (24 * 3600) / BASE_FEE_EPOCH_SEC;
/** Below 16 wei a sixteenth rounds to nothing and the fee could not fall: a network's floor is at least this. */
export const MIN_BASE_FEE: bigint = 16n;

/** The header carries the base fee as uint64. */
export const MAX_BASE_FEE: bigint = 2n ** 64n - 1n;

/** Compute units the network has shown it can settle in an epoch: the most of the last 24 h, never what anyone declares. */
export const demonstratedCapacity = (usedByEpoch: readonly bigint[]): bigint =>
  usedByEpoch.slice(-CAPACITY_WINDOW_EPOCHS).reduce((most, used) => (used > most ? used : most), 0n);

export interface BaseFeeInput {
  /** In effect in the epoch that ends, wei per million compute units. */
  readonly baseFee: bigint;
  /** Compute units settled in it. */
  readonly usedComputeUnits: bigint;
  /** Of `demonstratedCapacity`. */
  readonly capacityComputeUnits: bigint;
  /** At least MIN_BASE_FEE. */
  readonly floor: bigint;
}

const clamp = (value: bigint, bound: bigint): bigint => {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
};

/**
 * The base fee of the next epoch: moves towards half of the demonstrated capacity being used, by at most 1/16, rounded
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
