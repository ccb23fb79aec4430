import onnxProto, { type onnx } from 'onnx-proto';

// The few shapes of ONNX our two models need, over the generated protobuf classes of `onnx-proto`.

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;

export const FLOAT: number = TensorProto.DataType.FLOAT;
export const UINT8: number = TensorProto.DataType.UINT8;

const OPSET = 13;
const IR_VERSION = 8;

const tensor = (
  name: string,
  dataType: number,
  dims: readonly number[],
  values: ArrayBufferView,
): onnx.ITensorProto => ({
  name,
  dataType,
  dims: [...dims],
  rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

export const floats = (name: string, dims: readonly number[], values: Iterable<number>): onnx.ITensorProto =>
  tensor(name, FLOAT, dims, Float32Array.from(values));

export const uint8s = (name: string, dims: readonly number[], values: Iterable<number>): onnx.ITensorProto =>
  tensor(name, UINT8, dims, Uint8Array.from(values));

export const int32s = (name: string, dims: readonly number[], values: Iterable<number>): onnx.ITensorProto =>
  tensor(name, TensorProto.DataType.INT32, dims, Int32Array.from(values));

export const int64s = (name: string, values: readonly number[]): onnx.ITensorProto =>
  tensor(name, TensorProto.DataType.INT64, [values.length], BigInt64Array.from(values, BigInt));

const attribute = ([name, value]: readonly [string, number | readonly number[]]): onnx.IAttributeProto =>
  typeof value === 'number'
    ? { name, type: AttributeProto.AttributeType.INT, i: value }
    : { name, type: AttributeProto.AttributeType.INTS, ints: [...value] };

export const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): onnx.INodeProto => ({
  opType,
  name: output,
  input: [...input],
  output: [output],
  attribute: Object.entries(attributes).map(attribute),
});

/** A string is a symbolic dimension. */
export const valueInfo = (
  name: string,
  elemType: number,
  dims: readonly (number | string)[],
): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: dims.map((dim) => (typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim })) },
    },
  },
});

export const modelBytes = (graph: onnx.IGraphProto): Uint8Array => {
  const model = ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'ml-bridge',
    opsetImport: [{ domain: '', version: OPSET }],
    graph,
  });
  return Uint8Array.from(ModelProto.encode(model).finish());
};
