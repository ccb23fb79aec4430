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
  /** Seats whose commit is in the locked set: what the compensation is reckoned on. */
  readonly lockedCount: number;
  /** Signers of the certificate: who is paid. At least 1, at most `lockedCount`. */
  readonly paidCount: number;
}

/** Who gets what for one task, in units of 1e9 wei. `chargeUnits` is exactly the sum of all that is got. */
export interface Charge {
  /** What the requester pays. */
  readonly chargeUnits: bigint;
  readonly modelFeeUnits: bigint;
  /** Each paid seat: its fee and its part of the bonus. */
  readonly paidSeatUnits: bigint;
  /** Its share and the dust of the bonus. */
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
 * The exact split of one task. A locked seat that did not sign costs nothing; bonus that does not divide goes to the
 * treasury. Throws BAD_PARAMETER when the counts are impossible.
 */
export const chargeOf = (input: ChargeInput): Charge => {
  const { lockedCount, paidCount } = input;
  if (paidCount < 1 || paidCount > lockedCount) {
    throw new ProtocolError('BAD_PARAMETER', `${paidCount} paid seats of ${lockedCount} locked ones cannot be charged`);
  }
  const seatUnits = seatUnitsOf(input);
  const paid = BigInt(paidCount);
  const compUnits = seatUnits * BigInt(lockedCount);
  const share = (bps: bigint): bigint => (compUnits * bps) / BPS;
  const bonusUnits = share(BONUS_BPS);
  const modelFeeUnits = input.modelPriceWei / UNIT_WEI;
  const paidSeatUnits = seatUnits + bonusUnits / paid;
  const treasuryUnits = share(TREASURY_BPS) + (bonusUnits % paid);
  const burnUnits = share(BURN_BPS);
  const batcherUnits = share(BATCHER_BPS);
  const chargeUnits = modelFeeUnits + paidSeatUnits * paid + treasuryUnits + burnUnits + batcherUnits;
  return { chargeUnits, modelFeeUnits, paidSeatUnits, treasuryUnits, burnUnits, batcherUnits };
};
