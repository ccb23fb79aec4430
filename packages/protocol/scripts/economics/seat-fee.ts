import { seatUnitsOf, UNIT_WEI } from '../../src/index.ts';

/** One seat fee R = 0.02 MLB for the task all tables use; execution costs 0.6 R, one lot is 2.5 million R. */
export const BASE_FEE: bigint = 20_000_000_000_000_000n;
export const EXECUTION_COST: number = 0.6;
export const LOT_WEI: bigint = 50_000n * 10n ** 18n;
export const TASK: { readonly computeUnits: number; readonly tipPerSeat: bigint } = {
  computeUnits: 1_000_000,
  tipPerSeat: 0n,
};
export const SEAT_UNITS: number = Number(seatUnitsOf({ order: TASK, baseFee: BASE_FEE }));
/** Wei in seat fees. */
export const inSeatFees = (wei: bigint): number => Number(wei / UNIT_WEI) / SEAT_UNITS;
