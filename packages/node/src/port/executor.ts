import type { Bytes32, Tensor } from '@mlb/protocol';

/** Closed: metric labels. All mean: abstain. */
export type ExecutionFailure =
  | 'REFUSED_MODEL'
  | 'BAD_INPUT'
  | 'MODEL_ERROR'
  | 'OUT_OF_MEMORY'
  | 'TIMEOUT'
  | 'CRASH'
  | 'OVERLOADED';

export type ExecutionOutcome =
  | { readonly type: 'done'; readonly outputs: readonly Tensor[]; readonly execMs: number }
  | { readonly type: 'failed'; readonly reason: ExecutionFailure; readonly detail: string };

export interface Execution {
  /** sha256 of the model's bytes: the session key of the pool. Other bytes are MODEL_ERROR. */
  readonly modelSha256: Bytes32;
  /** Called only when no session of the model is alive. */
  readonly loadModel: () => Promise<Uint8Array>;
  /** One tensor for each input of the model, in any order. */
  readonly inputs: readonly Tensor[];
  /** Milliseconds from the call to TIMEOUT; waiting in the queue, fetching and loading count. */
  readonly deadlineMs: number;
  /** What is paid for: inputs that make the run dearer are BAD_INPUT. Undefined: anything the gate lets pass. */
  readonly maxComputeUnits?: number;
}

/**
 * Runs a model where it can harm nobody. `execute` rejects only with the signal's reason, or with what `loadModel`
 * threw; whatever the model or the input did is an outcome.
 */
export interface Executor {
  readonly execute: (execution: Execution, signal: AbortSignal) => Promise<ExecutionOutcome>;
  /** Ends every sandbox; what still runs or waits fails with CRASH. */
  readonly close: () => Promise<void>;
}
