import { ProtocolError } from '../errors.ts';
import type { TaskOrder } from '../message/task-order.ts';
import { BPS, UNIT_WEI } from '../params.ts';

/** Shares of the compensation of all locked seats (protocol.md section 10). */
export const BONUS_BPS: bigint = 500n;
export const TREASURY_BPS: bigint = 300n;
export const BURN_BPS: bigint = 200n;
export const BATCHER_BPS: bigint = 50n;

/** The base fee is wei per so many compute units. */
export const BASE_FEE_COMPUTE_UNITS: bigint = 1_000_000n;

export interface ChargeInput {
  readonly order: Pick<TaskOrder, 'computeUnits' | 'tipPerSeat'>;
  /** Price of one inference in the model's record. */
  readonly modelPriceWei: bigint;
  /** Wei per million compute units. */
  readonly baseFee: bigint;
  /** `chargedSeatsOf` the certificate: what the compensation is reckoned on. At least 1. */
  readonly lockedCount: number;
  /** Signers of the certificate: who is paid. At least 1; above `lockedCount` only in later rounds. */
  readonly paidCount: number;
}

/** Who gets what for one task, in units of 1e9 wei. `chargeUnits` is exactly the sum of all that is got. */
export interface Charge {
  /** What the requester pays. */
  readonly chargeUnits: bigint;
  readonly modelFeeUnits: bigint;
  /** Each paid seat: its fee and its part of the bonus. */
  readonly paidSeatUnits: bigint;
  /** Its share and the dust of what does not divide. */
  readonly treasuryUnits: bigint;
  readonly burnUnits: bigint;
  /** The operator that proposed the batch. */
  readonly batcherUnits: bigint;
}

const ceilUnits = (wei: bigint): bigint => (wei + UNIT_WEI - 1n) / UNIT_WEI;

/** One seat's fee without bonus: the base fee rounded up to a unit, the tip rounded down. */
export const seatUnitsOf = ({ order, baseFee }: Pick<ChargeInput, 'order' | 'baseFee'>): bigint => {
  const baseUnits = ceilUnits(
    (baseFee * BigInt(order.computeUnits) + BASE_FEE_COMPUTE_UNITS - 1n) / BASE_FEE_COMPUTE_UNITS,
  );
  return baseUnits + order.tipPerSeat / UNIT_WEI;
};

/**
 * Seats the requester pays for: those in the lock, at most as many as it ordered. A dispute seats up to 44, and nobody
 * orders a dispute: the signers of a later round share what the first committee would have got.
 */
export const chargedSeatsOf = ({
  lockedCount,
  redundancy,
}: {
  readonly lockedCount: number;
  readonly redundancy: number;
}): number => Math.min(lockedCount, redundancy);

/**
 * The exact split of one task. A locked seat that did not sign costs nothing; what does not divide goes to the treasury.
 * Where more are paid than charged for they share, so that no round costs more than `feeQuote`. Throws BAD_PARAMETER when
 * the counts are impossible.
 */
export const chargeOf = (input: ChargeInput): Charge => {
  const { lockedCount, paidCount } = input;
  if (paidCount < 1 || lockedCount < 1) {
    throw new ProtocolError('BAD_PARAMETER', `${paidCount} paid seats of ${lockedCount} locked ones cannot be charged`);
  }
  const seatUnits = seatUnitsOf(input);
  const paid = BigInt(paidCount);
  const compUnits = seatUnits * BigInt(lockedCount);
  const isShared = paidCount > lockedCount;
  const share = (bps: bigint): bigint => (compUnits * bps) / BPS;
  const bonusUnits = share(BONUS_BPS);
  const modelFeeUnits = input.modelPriceWei / UNIT_WEI;
  const paidSeatUnits = (isShared ? compUnits / paid : seatUnits) + bonusUnits / paid;
  const treasuryUnits = share(TREASURY_BPS) + (bonusUnits % paid) + (isShared ? compUnits % paid : 0n);
  const burnUnits = share(BURN_BPS);
  const batcherUnits = share(BATCHER_BPS);
  const chargeUnits = modelFeeUnits + paidSeatUnits * paid + treasuryUnits + burnUnits + batcherUnits;
  return { chargeUnits, modelFeeUnits, paidSeatUnits, treasuryUnits, burnUnits, batcherUnits };
};
