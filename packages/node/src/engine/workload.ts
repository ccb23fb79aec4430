import type { ModelId } from '@mlb/protocol';

/** Weight of the newest execution in the running mean: some ten executions of memory. */
const NEWEST_SHARE = 0.1;

/** What this node executes, and how long that takes: whether one more seat could be served in time. */
export interface Workload {
  /** One execution begins; call what it returns with its duration, or with undefined when it failed. */
  readonly begin: (modelId: ModelId) => (execMs: number | undefined) => void;
  /** Milliseconds until one more execution of the model would end; zero while none was ever measured. */
  readonly estimateMs: (modelId: ModelId) => number;
}

/** Executions of one model run one after the other in its sandbox. */
export const createWorkload = (): Workload => {
  const running = new Map<ModelId, number>();
  const meanMs = new Map<ModelId, number>();
  const add = (modelId: ModelId, amount: number): void => {
    const count = (running.get(modelId) ?? 0) + amount;
    if (count === 0) running.delete(modelId);
    else running.set(modelId, count);
  };
  return {
    begin: (modelId) => {
      add(modelId, 1);
      return (execMs) => {
        add(modelId, -1);
        if (execMs === undefined) return;
        const before = meanMs.get(modelId) ?? execMs;
        meanMs.set(modelId, before + NEWEST_SHARE * (execMs - before));
      };
    },
    estimateMs: (modelId) => ((running.get(modelId) ?? 0) + 1) * (meanMs.get(modelId) ?? 0),
  };
};
