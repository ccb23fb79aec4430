import type { onnx } from 'onnx-proto';
import { refuse } from '../model-refusal.ts';
import { toNumber } from '../onnx-decode.ts';
import { constantOf, countOf, type KnownTensor, MAX_KNOWN_VALUES } from './known-tensor.ts';
import type { Operator } from './operator.ts';

/** TensorProto.DataType -> bytes of an element; the types a graph may use inside. No strings, complex or 4-bit ones. */
const ELEMENT_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 4],
  [7, 8],
  [9, 1],
  [10, 2],
  [11, 8],
  [12, 4],
  [13, 8],
]);

const INT32 = 6;
const INT64 = 7;
const FLOAT = 1;

const rawValues = (raw: Uint8Array, dataType: number, count: number): readonly number[] | undefined => {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (at: (i: number) => number): readonly number[] => Array.from({ length: count }, (_, i) => at(i));
  switch (dataType) {
    case FLOAT:
      return read((i) => view.getFloat32(4 * i, true));
    case INT32:
      return read((i) => view.getInt32(4 * i, true));
    case INT64:
      return read((i) => Number(view.getBigInt64(8 * i, true)));
    default:
      return undefined;
  }
};

/** Lists of the protobuf message that may hold the elements instead of the raw bytes. */
const typedValues = (tensor: onnx.ITensorProto): readonly number[] =>
  [tensor.floatData, tensor.int32Data, tensor.doubleData].find((list) => (list?.length ?? 0) > 0) ??
  [tensor.int64Data, tensor.uint64Data].find((list) => (list?.length ?? 0) > 0)?.map(toNumber) ??
  [];

/** Dims and, when small, elements of a stored tensor. Throws UNSUPPORTED_TYPE, MALFORMED (size does not fit the dims). */
export const knownTensorOf = (tensor: onnx.ITensorProto): KnownTensor => {
  const dataType = tensor.dataType ?? 0;
  const name = `tensor "${tensor.name ?? ''}"`;
  const size = ELEMENT_BYTES.get(dataType) ?? refuse('UNSUPPORTED_TYPE', `${name} has element type ${dataType}`);
  const dims = (tensor.dims ?? []).map(toNumber);
  const count = countOf(dims);
  const raw = tensor.rawData ?? new Uint8Array();
  const typed = raw.length > 0 ? [] : typedValues(tensor);
  if (raw.length > 0 ? raw.length !== count * size : typed.length !== count) {
    refuse(
      'MALFORMED',
      `${name} of dims ${dims.join('x')} holds ${raw.length || typed.length} ${raw.length ? 'bytes' : 'elements'}`,
    );
  }
  const isInteger = dataType === INT32 || dataType === INT64;
  if (count > MAX_KNOWN_VALUES) return { dims, isInteger };
  return { dims, values: raw.length > 0 ? rawValues(raw, dataType, count) : typed, isInteger };
};

const constant: Operator = ({ attributes }) => {
  const tensor = attributes.get('value')?.t;
  if (tensor) return { outputs: [knownTensorOf(tensor)], work: {} };
  const ints = attributes.get('value_ints')?.ints?.map(toNumber);
  if (ints) return { outputs: [{ dims: [ints.length], values: ints, isInteger: true }], work: {} };
  const floats = attributes.get('value_floats')?.floats;
  if (floats) return { outputs: [{ dims: [floats.length], values: floats }], work: {} };
  const int = attributes.get('value_int');
  if (int) return { outputs: [{ dims: [], values: [toNumber(int.i)], isInteger: true }], work: {} };
  const float = attributes.get('value_float');
  if (float) return { outputs: [{ dims: [], values: [float.f ?? 0] }], work: {} };
  return refuse('UNSUPPORTED_TYPE', 'a Constant that is neither a dense tensor nor a number');
};

const constantOfShape: Operator = ({ inputs, attributes }) => {
  const dims = constantOf(inputs[0], 'the shape of ConstantOfShape');
  const count = countOf(dims);
  const fill = attributes.get('value')?.t;
  const known = fill ? knownTensorOf(fill) : undefined;
  const value = known === undefined ? 0 : known.values?.[0];
  const values = value === undefined || count > MAX_KNOWN_VALUES ? undefined : Array<number>(count).fill(value);
  return { outputs: [{ dims, values, isInteger: known?.isInteger }], work: { elements: count } };
};

const range: Operator = ({ inputs }) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => constantOf(inputs[i], 'the bounds of Range')[0] ?? Number.NaN);
  const count = Math.max(0, Math.ceil(((limit as number) - (start as number)) / (delta as number)));
  return { outputs: [{ dims: [count] }], work: { elements: countOf([count]) } };
};

/** Values out of nothing. */
export const CONSTANT: readonly (readonly [string, Operator])[] = [
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Range', range],
];
