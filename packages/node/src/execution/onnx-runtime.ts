import type { Tensor, TensorType } from '@mlb/protocol/tensor';
import type * as Onnx from 'onnxruntime-node';
import type { RunModel } from './session.ts';

/** What both builds of ONNX Runtime share. */
export type Runtime = Pick<typeof Onnx, 'InferenceSession' | 'Tensor'>;

/** The canonical options: results of one CPU class depend on all of them. */
const OPTIONS: Onnx.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: false,
  logSeverityLevel: 4,
};

const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const toRuntime = (runtime: Runtime, { type, dims, bytes }: Tensor): Onnx.Tensor => {
  // A copy, because the runtime needs aligned elements; not slice(), which on a Buffer is a view.
  const aligned = Uint8Array.from(bytes);
  return new runtime.Tensor(type, new ARRAYS[type](aligned.buffer) as Onnx.Tensor.DataType, dims);
};

const fromRuntime = (name: string, tensor: Onnx.Tensor): Tensor => {
  const type = tensor.type as TensorType;
  if (!(type in ARRAYS)) throw new Error(`output "${name}" is of type ${tensor.type}`);
  const data = tensor.data as ArrayBufferView;
  return { name, type, dims: tensor.dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
};

/** Loads a model under the canonical options. Throws what the runtime throws. */
export const openModel =
  (runtime: Runtime) =>
  async (loadable: Uint8Array): Promise<RunModel> => {
    const session = await runtime.InferenceSession.create(loadable, OPTIONS);
    return async (inputs) => {
      const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, toRuntime(runtime, tensor)]));
      const results = await session.run(feeds);
      return Object.entries(results).map(([name, tensor]) => fromRuntime(name, tensor));
    };
  };
