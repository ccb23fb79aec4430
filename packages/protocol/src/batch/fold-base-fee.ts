import type { Snapshot } from '../operators/snapshot.ts';
import { capacityOf, nextBaseFee, restedBaseFee } from '../pricing/base-fee.ts';
import type { FoldParams, SettlementFold } from './fold-state.ts';

export interface BaseFeePlace {
  readonly slot: bigint;
  /** Of the header's epoch: whose lots are the capacity. */
  readonly snapshot: Pick<Snapshot, 'rows'>;
  readonly params: FoldParams;
}

/**
 * The base fee in effect in a slot (`header.baseFee`, and what a quote is reckoned with). A slot is one epoch of the
 * controller: the slot of the last batch moves it by what was used, every slot without a batch lets it rest.
 */
export const baseFeeAt = (fold: SettlementFold, { slot, snapshot, params }: BaseFeePlace): bigint => {
  const { baseFee, usedComputeUnits } = fold;
  // Before the first batch nobody knows since when to rest.
  if (fold.slot === 0n || slot <= fold.slot) return baseFee;
  const floor = params.baseFeeFloor;
  const capacityComputeUnits = capacityOf(snapshot, params.computeUnitsPerLot);
  const closed = nextBaseFee({ baseFee, usedComputeUnits, capacityComputeUnits, floor });
  return restedBaseFee({ baseFee: closed, floor }, slot - fold.slot - 1n);
};
