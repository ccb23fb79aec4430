import type { Tensor, TensorType } from '@mlb/protocol';
import { ControlError } from './control-error.ts';
import type { TensorSignature } from './schema/model.ts';
import type { InputValue, OutputTensor } from './schema/task.ts';

interface ElementCodec {
  readonly type: TensorType;
  readonly sizeBytes: number;
  readonly read: (view: DataView, at: number) => number | bigint;
  readonly write: (view: DataView, at: number, value: number | bigint) => void;
  /** Inclusive; undefined for floats. */
  readonly range: readonly [min: bigint, max: bigint] | undefined;
}

const integer = (
  type: TensorType,
  bits: number,
  isSigned: boolean,
  read: ElementCodec['read'],
  write: (view: DataView, at: number, value: number) => void,
): ElementCodec => ({
  type,
  sizeBytes: bits / 8,
  read,
  write: (view, at, value) => write(view, at, Number(value)),
  range: isSigned
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, type === 'bool' ? 1n : (1n << BigInt(bits)) - 1n],
});

const float = (type: TensorType, sizeBytes: 4 | 8): ElementCodec => ({
  type,
  sizeBytes,
  read: (view, at) => (sizeBytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true)),
  write: (view, at, value) =>
    sizeBytes === 4 ? view.setFloat32(at, Number(value), true) : view.setFloat64(at, Number(value), true),
  range: undefined,
});

/** By KServe v2 datatype. */
const CODECS: Readonly<Record<string, ElementCodec>> = {
  BOOL: integer(
    'bool',
    8,
    false,
    (v, at) => v.getUint8(at),
    (v, at, x) => v.setUint8(at, x),
  ),
  UINT8: integer(
    'uint8',
    8,
    false,
    (v, at) => v.getUint8(at),
    (v, at, x) => v.setUint8(at, x),
  ),
  INT8: integer(
    'int8',
    8,
    true,
    (v, at) => v.getInt8(at),
    (v, at, x) => v.setInt8(at, x),
  ),
  UINT16: integer(
    'uint16',
    16,
    false,
    (v, at) => v.getUint16(at, true),
    (v, at, x) => v.setUint16(at, x, true),
  ),
  INT16: integer(
    'int16',
    16,
    true,
    (v, at) => v.getInt16(at, true),
    (v, at, x) => v.setInt16(at, x, true),
  ),
  UINT32: integer(
    'uint32',
    32,
    false,
    (v, at) => v.getUint32(at, true),
    (v, at, x) => v.setUint32(at, x, true),
  ),
  INT32: integer(
    'int32',
    32,
    true,
    (v, at) => v.getInt32(at, true),
    (v, at, x) => v.setInt32(at, x, true),
  ),
  UINT64: {
    type: 'uint64',
    sizeBytes: 8,
    read: (view, at) => view.getBigUint64(at, true),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
    range: [0n, (1n << 64n) - 1n],
  },
  INT64: {
    type: 'int64',
    sizeBytes: 8,
    read: (view, at) => view.getBigInt64(at, true),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
    range: [-(1n << 63n), (1n << 63n) - 1n],
  },
  FP32: float('float32', 4),
  FP64: float('float64', 8),
};

/** KServe v2 name of a tensor type, such as FP32. */
export const datatypeOf = (type: TensorType): string => {
  const found = Object.entries(CODECS).find(([, codec]) => codec.type === type);
  if (found === undefined) throw new Error(`tensor type ${type} has no datatype`);
  return found[0];
};

const bad = (input: string, why: string): ControlError =>
  new ControlError('BAD_INPUT', `input "${input}": ${why}`, {
    next: 'mlb model show MODEL lists inputs, types and shapes',
  });

/** Flattens nested arrays; every level must have equal lengths. */
const flatten = (
  input: string,
  data: unknown,
): { readonly shape: readonly number[]; readonly flat: readonly unknown[] } => {
  if (!Array.isArray(data)) return { shape: [], flat: [data] };
  const parts = data.map((part: unknown) => flatten(input, part));
  const inner = parts[0]?.shape ?? [];
  const isRagged = parts.some(({ shape }) => shape.length !== inner.length || shape.some((dim, i) => dim !== inner[i]));
  if (isRagged) throw bad(input, 'its nested arrays have different lengths');
  return { shape: [data.length, ...inner], flat: parts.flatMap(({ flat }) => flat) };
};

const SPECIAL_FLOATS = new Set(['NaN', 'Infinity', '-Infinity']);

const elementOf = (input: string, datatype: string, codec: ElementCodec, value: unknown): number | bigint => {
  if (codec.range === undefined) {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && SPECIAL_FLOATS.has(value)) return Number(value);
    throw bad(input, `${JSON.stringify(value)} is no ${datatype}`);
  }
  if (codec.type === 'bool' && typeof value === 'boolean') return value ? 1 : 0;
  const isWhole =
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^-?(0|[1-9][0-9]{0,19})$/.test(value));
  if (!isWhole) throw bad(input, `${JSON.stringify(value)} is no ${datatype}`);
  const exact = BigInt(value as number | string);
  if (exact < codec.range[0] || exact > codec.range[1]) throw bad(input, `${exact} is out of the range of ${datatype}`);
  return exact;
};

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The declared shape with at most one free dimension filled so that it holds `count` elements, or undefined. */
const fillShape = (declared: readonly number[], count: number): readonly number[] | undefined => {
  const free = declared.filter((dim) => dim < 0).length;
  const known = product(declared.filter((dim) => dim >= 0));
  if (free === 0) return known === count ? declared : undefined;
  if (free > 1 || known === 0 || count % known !== 0) return undefined;
  return declared.map((dim) => (dim < 0 ? count / known : dim));
};

const fits = (shape: readonly number[], declared: readonly number[]): boolean =>
  shape.length === declared.length && declared.every((dim, i) => dim < 0 || dim === shape[i]);

const shapeOf = (
  value: InputValue,
  nested: readonly number[] | undefined,
  count: number,
  declared: readonly number[] | undefined,
): readonly number[] => {
  const given =
    value.shape ?? (nested !== undefined && declared !== undefined && fits(nested, declared) ? nested : undefined);
  const shape = given ?? (declared === undefined ? nested : fillShape(declared, count));
  const wanted = declared === undefined ? '' : `, the model declares [${declared.join(', ')}]`;
  if (count === 0 && declared?.includes(0) === false) throw bad(value.name, 'it has no elements');
  if (shape === undefined)
    throw bad(value.name, `${count} elements (shape [${(nested ?? [count]).join(', ')}])${wanted}`);
  if (product(shape) !== count) throw bad(value.name, `shape [${shape.join(', ')}] does not hold ${count} elements`);
  if (declared !== undefined && !fits(shape, declared)) throw bad(value.name, `shape [${shape.join(', ')}]${wanted}`);
  return shape;
};

const codecOf = (input: string, datatype: string): ElementCodec => {
  const codec = Object.hasOwn(CODECS, datatype) ? CODECS[datatype] : undefined;
  if (codec === undefined)
    throw bad(input, `unknown datatype ${datatype}, known are ${Object.keys(CODECS).join(', ')}`);
  return codec;
};

/**
 * One input as a tensor: KServe v2 JSON data (flat or nested) or raw little-endian bytes in base64. What the value does
 * not say, the model's signature does. Throws ControlError BAD_INPUT.
 */
export const tensorFromInput = (value: InputValue, declared: TensorSignature | undefined): Tensor => {
  const { name } = value;
  const datatype = value.datatype ?? declared?.datatype;
  if (datatype === undefined) throw bad(name, 'it has no datatype and the model declares none');
  if (declared !== undefined && datatype !== declared.datatype)
    throw bad(name, `it is ${datatype}, the model declares ${declared.datatype}`);
  const codec = codecOf(name, datatype);
  if ((value.data === undefined) === (value.base64 === undefined)) throw bad(name, 'give either data or base64');
  if (value.base64 !== undefined) {
    const bytes = new Uint8Array(Buffer.from(value.base64, 'base64'));
    if (bytes.length % codec.sizeBytes !== 0)
      throw bad(name, `${bytes.length} bytes are no whole number of ${datatype}`);
    return {
      name,
      type: codec.type,
      dims: shapeOf(value, undefined, bytes.length / codec.sizeBytes, declared?.shape),
      bytes,
    };
  }
  const { shape: nested, flat } = flatten(name, value.data);
  const dims = shapeOf(value, nested, flat.length, declared?.shape);
  const bytes = new Uint8Array(flat.length * codec.sizeBytes);
  const view = new DataView(bytes.buffer);
  for (const [i, element] of flat.entries())
    codec.write(view, i * codec.sizeBytes, elementOf(name, datatype, codec, element));
  return { name, type: codec.type, dims, bytes };
};

/** All inputs of a task, each name of the model exactly once. Throws ControlError BAD_INPUT. */
export const tensorsFromInputs = (
  values: readonly InputValue[],
  declared: readonly TensorSignature[],
): readonly Tensor[] => {
  const names = new Set(values.map(({ name }) => name));
  const wanted = declared.map(({ name }) => name).join(', ');
  if (names.size !== values.length) throw bad(values.map(({ name }) => name).join(', '), 'a name is given twice');
  for (const { name } of values)
    if (!declared.some((input) => input.name === name))
      throw bad(name, `the model has no such input; it has ${wanted}`);
  for (const { name } of declared) if (!names.has(name)) throw bad(name, 'it is missing');
  return values.map((value) =>
    tensorFromInput(
      value,
      declared.find(({ name }) => name === value.name),
    ),
  );
};

const jsonElement = (type: TensorType, value: number | bigint): number | boolean | string => {
  if (typeof value === 'bigint') return value.toString();
  if (type === 'bool') return value !== 0;
  // JSON has no NaN and no infinities.
  return Number.isFinite(value) ? value : String(value);
};

/** A tensor in KServe v2 JSON, flat. */
export const tensorToOutput = (tensor: Tensor): OutputTensor => {
  const datatype = datatypeOf(tensor.type);
  const codec = codecOf(tensor.name, datatype);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  const count = Math.floor(tensor.bytes.length / codec.sizeBytes);
  const data = Array.from({ length: count }, (_, i) => jsonElement(tensor.type, codec.read(view, i * codec.sizeBytes)));
  return { name: tensor.name, datatype, shape: tensor.dims, data };
};
