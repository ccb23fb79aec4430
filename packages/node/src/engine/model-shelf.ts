import { type ModelId, sha256 } from '@mlb/protocol';
import type { ModelRecord } from '../chain/state.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { ChainObserver } from '../port/chain.ts';
import type { Content } from '../port/content.ts';
import type { Executor } from '../port/executor.ts';
import type { Log } from '../port/log.ts';

/** Models this node can get at: their blocks stay in the content store once they were fetched. */
export interface ModelShelf {
  /** The model's bytes; concurrent calls fetch once. Throws ContentError, or when the content is not the registered file. */
  readonly load: (model: ModelRecord, signal: AbortSignal) => Promise<Uint8Array>;
  /** Whether its bytes were here once in this run. */
  readonly holds: (modelId: ModelId) => boolean;
}

export const createModelShelf = (content: Content): ModelShelf => {
  const held = new Set<ModelId>();
  const fetching = new Map<ModelId, Promise<Uint8Array>>();

  const fetch = async (model: ModelRecord, signal: AbortSignal): Promise<Uint8Array> => {
    const providers = [peerIdOfKey(model.providerPeerKey)];
    const bytes = await content.get(model.cid, { maxBytes: model.sizeBytes, providers, signal });
    if (sha256(bytes) !== model.sha256)
      throw new Error(`model ${model.modelId}: its content is not the registered file`);
    held.add(model.modelId);
    return bytes;
  };

  return {
    holds: (modelId) => held.has(modelId),
    load: (model, signal) => {
      const known = fetching.get(model.modelId);
      if (known !== undefined) return known;
      const started = fetch(model, signal).finally(() => fetching.delete(model.modelId));
      fetching.set(model.modelId, started);
      return started;
    },
  };
};

const WARM_TIMEOUT_MS = 60_000;

/**
 * Fetches and loads a model when it is registered, so that its first task does not spend its budget on that. Nothing
 * depends on it: a model that could not be warmed is loaded by its first task.
 */
export const createModelWarmer = (
  shelf: ModelShelf,
  { executor, log, signal }: { readonly executor: Executor; readonly log: Log; readonly signal: AbortSignal },
): ChainObserver => {
  const warm = async (model: ModelRecord): Promise<void> => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(WARM_TIMEOUT_MS)]);
    const loadModel = (): Promise<Uint8Array> => shelf.load(model, bounded);
    // Without inputs the sandbox starts, loads the model, and refuses to run it.
    await executor.execute({ modelSha256: model.sha256, loadModel, inputs: [], deadlineMs: WARM_TIMEOUT_MS }, bounded);
  };
  return {
    apply: ({ ref, events }) => {
      for (const event of events) {
        if (event.type !== 'model-registered') continue;
        const model: ModelRecord = { ...event, active: true, registeredAtBlock: ref.number };
        warm(model).catch((error) => log.warn({ model: model.name, error: String(error) }, 'model not warmed'));
      }
    },
    rollback: () => undefined,
  };
};
