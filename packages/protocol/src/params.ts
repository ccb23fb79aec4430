/** Rounds of a task: 0, and two that a dissent, a missing quorum or an audit opens. */
export const MAX_ROUNDS: number = 3;
/** Share of the weight of ALL seats, silent ones included, that a certificate needs (white paper 5.1.3). */
export const THRESHOLD_BPS: bigint = 7000n;
export const BPS: bigint = 10_000n;
/** Distinct operators that must agree (white paper 5.1.3). */
export const MIN_VERIFIERS: number = 3;
/** Seats of round 0: 3 of 4 equal seats reach 70 %, so one slow seat stalls nothing (T9). */
export const DEFAULT_REDUNDANCY: number = 4;
export const MIN_REDUNDANCY: number = 3;
export const MAX_REDUNDANCY: number = 15;

/** One lot is the compute provider's minimum stake (white paper 6.2.2), in whole MLB. */
export const LOT_MLB: bigint = 50_000n;
/** More stake than this many lots does not count: cap whales. */
export const MAX_LOTS: number = 4;
/** Reputation of a newcomer and the least that may be drawn. */
export const NEWCOMER_REPUTATION_BPS: number = 5000;
export const MIN_ELIGIBLE_REPUTATION_BPS: number = 4000;

/** Balances and deltas on chain count in this many wei: 4 x uint64 fit one storage slot. */
export const UNIT_WEI: bigint = 1_000_000_000n;

/** Values that differ by network, so that a devnet runs in seconds and a mainnet in days. Fixed at deployment. */
export interface NetworkParams {
  readonly seedLagBlocks: number;
  /** From the seed block of one round to that of the next: at least `timing.roundMs`, so that a round has ended by then. */
  readonly roundBlocks: number;
  /**
   * From the seed block of round 0 to the block that decides about its audit. At least `roundBlocks`: a committee that knew
   * its audit seed while it may still agree would behave when it is picked and lie when it is not.
   */
  readonly auditLagBlocks: number;
  /** An order's anchor must be among so many last blocks. */
  readonly anchorWindowBlocks: number;
  /** An order lives at least so long after its anchor: `minOrderLifeSecOf`. */
  readonly minOrderLifeSec: number;
  readonly maxOrderLifeSec: number;
  readonly maxOpenOrdersPerRequester: number;
  /** L2 blocks of one batch slot. */
  readonly batchSlotBlocks: number;
  /** Batch slots of one day of reputation and downtime. */
  readonly slotsPerDay: bigint;
  /** Compute units that one lot is reckoned to settle in a base-fee epoch: capacity = lots of the snapshot times this. */
  readonly computeUnitsPerLot: bigint;
  /** The base fee never falls below it, wei per million compute units. */
  readonly baseFeeFloor: bigint;
  /** The Settlement contract's: a batch this old is settled. */
  readonly challengeWindowSec: number;
  readonly timing: RoundTiming;
}

/** Windows of one round, in milliseconds (protocol.md section 6). */
export interface RoundTiming {
  /** Execution budget: a seat without a result by then stays silent. */
  readonly execMs: number;
  /** From 70 % of the commits to the LockVote. */
  readonly graceMs: number;
  /** From our reveal to the vote without the missing reveals (tolerance mode). */
  readonly revealMs: number;
  /** From the beacon to the end of the round. */
  readonly roundMs: number;
  /** From the certificate to settleable. */
  readonly settleMs: number;
}

/**
 * The time in which every round of a task can take place and its batch be posted, in whole seconds: from the anchor to the
 * seed block of the last round, that round, its settle and hold timers, and one slot. Who could order for less would get the
 * output with the certificate, and have it expire before it is charged.
 */
export const minOrderLifeSecOf = (
  {
    seedLagBlocks,
    roundBlocks,
    batchSlotBlocks,
    timing,
  }: Pick<NetworkParams, 'seedLagBlocks' | 'roundBlocks' | 'batchSlotBlocks' | 'timing'>,
  blockMs: number,
): number => {
  const blocks = seedLagBlocks + (MAX_ROUNDS - 1) * roundBlocks + batchSlotBlocks;
  return Math.ceil((blocks * blockMs + timing.roundMs + timing.settleMs + timing.revealMs) / 1000);
};

const MAINNET_WINDOWS = {
  seedLagBlocks: 2,
  roundBlocks: 18,
  auditLagBlocks: 18,
  anchorWindowBlocks: 64,
  maxOrderLifeSec: 3600,
  maxOpenOrdersPerRequester: 64,
  batchSlotBlocks: 30,
  slotsPerDay: 1440n,
  computeUnitsPerLot: 60_000_000n,
  baseFeeFloor: 1_000_000_000_000_000n,
  challengeWindowSec: 86_400,
  timing: { execMs: 30_000, graceMs: 1000, revealMs: 1000, roundMs: 35_000, settleMs: 45_000 },
};

/**
 * Two-second blocks. Operators see one as much as a second apart, and so begin: with a grace of 300 ms the last commit of an
 * honest committee falls between the grace timers of 5 to 8 % of rounds, and their locks split; with 1 s of none
 * (docs/simulator.md).
 */
export const MAINNET_PARAMS: NetworkParams = {
  ...MAINNET_WINDOWS,
  minOrderLifeSec: minOrderLifeSecOf(MAINNET_WINDOWS, 2000),
};

const DEVNET_WINDOWS = {
  seedLagBlocks: 6,
  roundBlocks: 24,
  auditLagBlocks: 24,
  anchorWindowBlocks: 64,
  maxOrderLifeSec: 3600,
  maxOpenOrdersPerRequester: 1024,
  batchSlotBlocks: 4,
  slotsPerDay: 150n,
  computeUnitsPerLot: 60_000_000n,
  baseFeeFloor: 1_000_000_000_000n,
  challengeWindowSec: 5,
  timing: { execMs: 8000, graceMs: 2000, revealMs: 2000, roundMs: 12_000, settleMs: 3000 },
};

/**
 * Half-second blocks on one machine: the seed lag is three seconds, so that a busy machine still hears an order in time. A
 * day is five minutes, so that downtime and idleness can be seen.
 */
export const DEVNET_PARAMS: NetworkParams = {
  ...DEVNET_WINDOWS,
  minOrderLifeSec: minOrderLifeSecOf(DEVNET_WINDOWS, 500),
};
