import {
  decodeLeaves,
  emptyFold,
  type FoldParams,
  type FoldSource,
  foldBatch,
  type NetworkParams,
  type PricedModel,
  type SettlementFold,
  UNIT_WEI,
} from '@mlb/protocol';
import { MODEL_RECORD } from '../model.ts';
import type { Plan } from '../plan/plan.ts';
import { EPOCH, type Universe } from '../universe.ts';
import type { Ledger } from './ledger.ts';

/** What Settlement was deployed with: wei per million compute units. */
export const INITIAL_BASE_FEE: bigint = 1_000_000n * UNIT_WEI;

export interface FoldContext {
  readonly universe: Universe;
  readonly params: NetworkParams;
  readonly plan: Pick<Plan, 'mode'>;
}

export const foldParamsOf = ({ params }: FoldContext): FoldParams => params;

export const modelRecordOf = ({ universe, plan }: Pick<FoldContext, 'universe' | 'plan'>): PricedModel => ({
  ...MODEL_RECORD,
  provider: universe.modelProvider,
  mode: plan.mode === 'exact' ? 0 : 1,
});

const sourceOf = (context: FoldContext): FoldSource => {
  const { domain, secp256k1, table, modelId } = context.universe;
  return {
    ...{ domain, secp256k1, params: foldParamsOf(context) },
    snapshot: (epoch) => (epoch === EPOCH ? table.latest : undefined),
    modelMode: (id) => (id === modelId ? modelRecordOf(context).mode : undefined),
  };
};

const folded = new WeakMap<Ledger['batches'], SettlementFold>();

/** The fold after these batches, from what was posted of them. */
export const foldAfter = (context: FoldContext, before: SettlementFold, batches: Ledger['batches']): SettlementFold => {
  const source = sourceOf(context);
  return batches.reduce(
    (fold, { header, data }) => foldBatch(fold, { header, leaves: decodeLeaves(data) }, source),
    before,
  );
};

/** The settlement fold of a chain's state: the same for everybody who sees that state, so it is made once. */
export const foldOf = (context: FoldContext, { batches }: Pick<Ledger, 'batches'>): SettlementFold => {
  const known = folded.get(batches);
  if (known !== undefined) return known;
  const fold = foldAfter(context, emptyFold(INITIAL_BASE_FEE), batches);
  folded.set(batches, fold);
  return fold;
};
