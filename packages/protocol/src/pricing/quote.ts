import type { TaskOrder } from '../message/task-order.ts';
import { UNIT_WEI } from '../params.ts';
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
