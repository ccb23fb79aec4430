import { ModelId } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { ChainView, ModelRecord } from '../chain/state.ts';

/**
 * A model by id or by name; of several models of one name only an id is clear. MODEL_UNKNOWN, MODEL_AMBIGUOUS,
 * CHAIN_UNREACHABLE before the first L2 block.
 */
export const findModel = (view: ChainView, idOrName: string): ModelRecord => {
  if (view.head() === undefined) {
    throw new ControlError('CHAIN_UNREACHABLE', 'no L2 block has been read yet, so no model is known', {
      next: 'mlb node status',
    });
  }
  if (/^0x[0-9a-fA-F]{64}$/.test(idOrName)) {
    const model = view.model(ModelId(idOrName));
    if (model !== undefined) return model;
  }
  const named = view.models().filter(({ name, active }) => active && name === idOrName);
  const [model, ...others] = named;
  if (model === undefined) {
    throw new ControlError('MODEL_UNKNOWN', `no active model ${JSON.stringify(idOrName)} is registered`, {
      next: 'mlb model ls',
    });
  }
  if (others.length > 0) {
    const ids = named.map(({ modelId }) => modelId).join(', ');
    throw new ControlError('MODEL_AMBIGUOUS', `${named.length} models are named ${idOrName}: ${ids}`, {
      next: 'name it by id',
    });
  }
  return model;
};
