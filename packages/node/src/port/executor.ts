import type { Tensor } from '@mlb/protocol';

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
  /** sha256 of the model's bytes, hex: the session key of the pool. */
  readonly modelSha256: string;
  readonly loadModel: () => Promise<Uint8Array>;
  readonly inputs: readonly Tensor[];
  readonly deadlineMs: number;
}

/** Runs a model where it can harm nobody. Never throws for what the model or the input did. */
export interface Executor {
  readonly execute: (execution: Execution, signal: AbortSignal) => Promise<ExecutionOutcome>;
  readonly close: () => Promise<void>;
}
