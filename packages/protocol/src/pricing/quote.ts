import type { TaskOrder } from '../message/task-order.ts';
import { BPS, UNIT_WEI } from '../params.ts';
import { type ChargeInput, chargeOf } from './charge.ts';

export interface QuoteInput extends Pick<ChargeInput, 'modelPriceWei' | 'baseFee'> {
  readonly order: Pick<TaskOrder, 'computeUnits' | 'tipPerSeat' | 'redundancy'>;
}

/**
 * The least `maxFee` (wei) that pays for the task whatever happens in its round: every seat locked and every seat paid.
 * Any other outcome at the same base fee costs no more.
 */
export const feeQuote = ({ order, modelPriceWei, baseFee }: QuoteInput): bigint => {
  const { redundancy } = order;
  const counts = { lockedCount: redundancy, paidCount: redundancy };
  return chargeOf({ order, modelPriceWei, baseFee, ...counts }).chargeUnits * UNIT_WEI;
};

/** The base fee may rise by 1/16 an epoch until the task settles: three of them, and what else rounds up. */
export const FEE_HEADROOM_BPS: bigint = 2500n;

/**
 * The least `maxFee` (wei) that admission takes: the quote and its headroom. An order that could pay only for today would be
 * executed and delivered, and never charged when the base fee has risen by its settlement.
 */
export const leastMaxFee = (input: QuoteInput): bigint => {
  const quote = feeQuote(input);
  return quote + (quote * FEE_HEADROOM_BPS + BPS - 1n) / BPS;
};
