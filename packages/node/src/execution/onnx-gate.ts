import {
  elementSizeOf,
  MAX_TENSOR_NAME_BYTES,
  MAX_TENSOR_RANK,
  MAX_TENSORS,
  type TensorType,
  typeOfCode,
} from '@mlb/protocol/tensor';
import type { onnx } from 'onnx-proto';
import { computeUnitsOf } from './compute-units.ts';
import { type ModelRefusal, ModelRefusedError, refuse } from './model-refusal.ts';
import { decodeModel, encodeModel, toNumber } from './onnx-decode.ts';
import { checkRules } from './onnx-rules.ts';
import { inferRun, type RunProfile } from './shape/infer.ts';

/** An input or output as the model declares it. */
export interface TensorSpec {
  readonly name: string;
  readonly type: TensorType;
  /** Undefined: symbolic, whatever the input brings. */
  readonly dims: readonly (number | undefined)[];
}

export interface ModelInterface {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Price of a run with batch 1 and other symbolic dims 32. */
  readonly computeUnits: number;
}

export type Refused = { readonly type: 'refused'; readonly code: ModelRefusal; readonly detail: string };

export type ModelInspection = ({ readonly type: 'accepted' } & ModelInterface) | Refused;

/** Dims of the inputs of one run, by name. */
export type InputDims = ReadonlyMap<string, readonly number[]>;

/** A model that passed the gate. */
export interface AdmittedModel extends ModelInterface {
  /** What a runtime may load: exactly what was judged, encoded again. */
  readonly loadableBytes: () => Uint8Array;
  /** Price of a run with these inputs, or why they cannot run. */
  readonly price: (dims: InputDims) => { readonly type: 'priced'; readonly computeUnits: number } | Refused;
}

export type Admission = { readonly type: 'accepted'; readonly model: AdmittedModel } | Refused;

const BATCH_DEFAULT = 1;
const SYMBOLIC_DEFAULT = 32;
/** 10^12 multiply-accumulates: tens of seconds of one core, more than any round waits. */
const MAX_COMPUTE_UNITS = 1_000_000;
/** Outputs cross the network; a bigger one fits no message. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const guarded = <T>(judge: () => T): T | Refused => {
  try {
    return judge();
  } catch (error) {
    if (error instanceof ModelRefusedError) return { type: 'refused', code: error.code, detail: error.message };
    throw error;
  }
};

const specOf = (value: onnx.IValueInfoProto): TensorSpec => {
  const name = value.name ?? '';
  if (name === '' || new TextEncoder().encode(name).length > MAX_TENSOR_NAME_BYTES) {
    refuse('MALFORMED', `an input or output named "${name}"; names have 1 to ${MAX_TENSOR_NAME_BYTES} bytes`);
  }
  const tensor = value.type?.tensorType ?? refuse('UNSUPPORTED_TYPE', `"${name}" is no dense tensor`);
  const code = tensor.elemType ?? 0;
  const type = typeOfCode(code) ?? refuse('UNSUPPORTED_TYPE', `"${name}" has element type ${code}; cast it`);
  const dims = (tensor.shape?.dim ?? refuse('UNBOUNDED_SHAPE', `"${name}" declares no shape`)).map((dim) =>
    dim.dimValue === null || dim.dimValue === undefined ? undefined : toNumber(dim.dimValue),
  );
  if (dims.length > MAX_TENSOR_RANK)
    refuse('TOO_COMPLEX', `"${name}" has rank ${dims.length}, at most ${MAX_TENSOR_RANK}`);
  return { name, type, dims };
};

const specsOf = (values: readonly onnx.IValueInfoProto[], what: string): readonly TensorSpec[] => {
  if (values.length === 0 || values.length > MAX_TENSORS) {
    refuse('MALFORMED', `${values.length} ${what}; a model has 1 to ${MAX_TENSORS}`);
  }
  const specs = values.map(specOf);
  if (new Set(specs.map(({ name }) => name)).size !== specs.length) refuse('MALFORMED', `two ${what} of one name`);
  return specs;
};

const checkOutputs = (outputs: readonly TensorSpec[], run: RunProfile): void => {
  let sizeBytes = 0;
  for (const { name, type, dims } of outputs) {
    const inferred = run.dimsOf(name) ?? refuse('MALFORMED', `no node writes the output "${name}"`);
    const fits =
      inferred.length === dims.length && inferred.every((dim, i) => dims[i] === undefined || dims[i] === dim);
    if (!fits) refuse('MALFORMED', `the output "${name}" has dims ${inferred.join('x')}, not the declared ones`);
    sizeBytes += inferred.reduce((product, dim) => product * dim, elementSizeOf(type));
  }
  if (sizeBytes > MAX_OUTPUT_BYTES) refuse('TOO_LARGE', `${sizeBytes} bytes of outputs, at most ${MAX_OUTPUT_BYTES}`);
};

const priceOf = (run: RunProfile): number => {
  const units = computeUnitsOf(run);
  if (units > MAX_COMPUTE_UNITS)
    refuse('TOO_EXPENSIVE', `a run of ${units} compute units, at most ${MAX_COMPUTE_UNITS}`);
  return units;
};

const admit = (bytes: Uint8Array): AdmittedModel => {
  const model = decodeModel(bytes);
  checkRules(model);
  const graph = model.graph ?? refuse('MALFORMED', 'no graph');
  const stored = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  // Old files list their weights as inputs too; those have a value and nobody may replace it.
  const inputs = specsOf(
    (graph.input ?? []).filter(({ name }) => !stored.has(name)),
    'inputs',
  );
  const outputs = specsOf(graph.output ?? [], 'outputs');
  const computeUnits = (dims: InputDims): number => {
    const run = inferRun(graph, dims);
    checkOutputs(outputs, run);
    return priceOf(run);
  };
  const defaults = inputs.map(
    ({ name, dims }) =>
      [name, dims.map((dim, axis) => dim ?? (axis === 0 ? BATCH_DEFAULT : SYMBOLIC_DEFAULT))] as const,
  );
  return {
    inputs,
    outputs,
    computeUnits: computeUnits(new Map(defaults)),
    loadableBytes: () => encodeModel(model),
    price: (dims) => guarded(() => ({ type: 'priced' as const, computeUnits: computeUnits(dims) })),
  };
};

/** Judges the bytes of a model before any runtime sees them. Bounded in time and memory; never throws for the bytes. */
export const admitModel = (bytes: Uint8Array): Admission =>
  guarded(() => ({ type: 'accepted' as const, model: admit(bytes) }));

/** What a model takes, gives and costs, or why it may not run. */
export const inspectModel = (bytes: Uint8Array): ModelInspection => {
  const admission = admitModel(bytes);
  if (admission.type === 'refused') return admission;
  const { inputs, outputs, computeUnits } = admission.model;
  return { type: 'accepted', inputs, outputs, computeUnits };
};
