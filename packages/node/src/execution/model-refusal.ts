/** Why a model may not run. Closed: metric labels, and what `mlb model publish` prints. */
export type ModelRefusal =
  /** Not ONNX, or a graph that contradicts itself. */
  | 'MALFORMED'
  | 'TOO_LARGE'
  /** More fields, nodes or nesting than a model of this network needs. */
  | 'TOO_COMPLEX'
  /** Weights outside the file: older runtimes read any local file through it. */
  | 'EXTERNAL_DATA'
  | 'SPARSE_TENSOR'
  /** Loop, If, Scan: the cost of a run cannot be known before it. */
  | 'CONTROL_FLOW'
  | 'LOCAL_FUNCTION'
  | 'FOREIGN_DOMAIN'
  | 'NONDETERMINISTIC'
  | 'UNSUPPORTED_OPERATOR'
  | 'UNSUPPORTED_TYPE'
  /** A shape that depends on the values of the input. */
  | 'UNBOUNDED_SHAPE'
  | 'TOO_EXPENSIVE';

/** Thrown inside the gate and turned into a value at its door. */
export class ModelRefusedError extends Error {
  readonly code: ModelRefusal;

  constructor(code: ModelRefusal, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ModelRefusedError';
    this.code = code;
  }
}

export const refuse = (code: ModelRefusal, message: string): never => {
  throw new ModelRefusedError(code, message);
};
