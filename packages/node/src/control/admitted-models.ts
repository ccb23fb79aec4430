import type { ModelId, Tensor } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { ModelRecord } from '../chain/state.ts';
import { createBoundedMap } from '../engine/bounded-map.ts';
import type { ModelShelf } from '../engine/model-shelf.ts';
import { type AdmittedModel, admitModel, type Refused } from '../execution/onnx-gate.ts';

/** Models kept as the gate understood them: a requester orders from few models, many times. */
const MAX_KEPT = 16;

/** MODEL_REFUSED with the gate's reason. */
export const refusedModel = ({ code, detail }: Refused): ControlError =>
  new ControlError('MODEL_REFUSED', `the model is refused (${code}): ${detail}`, {
    next: 'export it again without what is named; ARCHITECTURE.md says what a model may contain',
  });

/** What a requester must know of a model before it orders. */
export interface AdmittedModels {
  /** Fetches the model when it is not here yet. MODEL_UNAVAILABLE, MODEL_REFUSED. */
  readonly get: (model: ModelRecord, signal: AbortSignal) => Promise<AdmittedModel>;
  /** Compute units of one run with these inputs, at least what the record declares. BAD_INPUT when they cannot run. */
  readonly priceOf: (model: ModelRecord, inputs: readonly Tensor[], signal: AbortSignal) => Promise<number>;
}

export const createAdmittedModels = (shelf: ModelShelf): AdmittedModels => {
  const kept = createBoundedMap<ModelId, AdmittedModel>(MAX_KEPT);

  const get: AdmittedModels['get'] = async (model, signal) => {
    const known = kept.get(model.modelId);
    if (known !== undefined) return known;
    const bytes = await shelf.load(model, signal).catch((cause: unknown) => {
      throw new ControlError('MODEL_UNAVAILABLE', `no peer gave the model ${model.name}: ${String(cause)}`, { cause });
    });
    const admission = admitModel(bytes);
    if (admission.type === 'refused') throw refusedModel(admission);
    kept.set(model.modelId, admission.model);
    return admission.model;
  };

  return {
    get,
    priceOf: async (model, inputs, signal) => {
      const admitted = await get(model, signal);
      const priced = admitted.price(new Map(inputs.map(({ name, dims }) => [name, dims])));
      if (priced.type === 'refused') {
        throw new ControlError('BAD_INPUT', `the model cannot run these inputs (${priced.code}): ${priced.detail}`);
      }
      return Math.max(priced.computeUnits, model.computeUnits);
    },
  };
};
