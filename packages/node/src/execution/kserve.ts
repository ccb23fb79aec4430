import { elementCountOf, elementReader, elementSizeOf, type Tensor, type TensorType } from '@mlb/protocol/tensor';
import * as z from 'zod';
import { datatypeOf, typeOfDatatype } from './kserve-tensor.ts';
import type { TensorSpec } from './onnx-gate.ts';

export type TensorInputErrorCode = 'BAD_JSON' | 'BAD_SHAPE' | 'BAD_VALUE' | 'BAD_LENGTH';

/** A file or JSON value that is no tensor of the declared input. The message says what to change. */
export class TensorInputError extends Error {
  readonly code: TensorInputErrorCode;

  constructor(code: TensorInputErrorCode, message: string) {
    super(message);
    this.name = 'TensorInputError';
    this.code = code;
  }
}

const fail = (code: TensorInputErrorCode, message: string): never => {
  throw new TensorInputError(code, message);
};

/** Elements in row-major order. 64-bit integers beyond 2^53 come as decimal strings, since JSON numbers lose bits. */
type Scalar = number | boolean | string;

type Nested = Scalar | readonly Nested[];

const isScalar = (json: unknown): json is Scalar =>
  typeof json === 'number' || typeof json === 'boolean' || typeof json === 'string';

const isNested = (json: unknown): json is Nested => (Array.isArray(json) ? json.every(isNested) : isScalar(json));

const KSERVE = z.object({
  name: z.string().min(1),
  datatype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data: z.custom<Nested>(isNested, 'numbers or nested lists of numbers expected'),
});

const INTEGER_RANGES: Readonly<Partial<Record<TensorType, readonly [bigint, bigint]>>> = {
  bool: [0n, 1n],
  uint8: [0n, 255n],
  int8: [-128n, 127n],
  uint16: [0n, 65_535n],
  int16: [-32_768n, 32_767n],
  uint32: [0n, 2n ** 32n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

const integerOf = (type: TensorType, scalar: Scalar, [low, high]: readonly [bigint, bigint]): bigint => {
  const isWhole = typeof scalar === 'string' ? /^-?\d{1,20}$/.test(scalar) : Number.isSafeInteger(Number(scalar));
  if (!isWhole) return fail('BAD_VALUE', `${JSON.stringify(scalar)} is no ${type}; give whole numbers`);
  const value = BigInt(scalar);
  return value >= low && value <= high ? value : fail('BAD_VALUE', `${value} is outside ${type}`);
};

type Writer = (view: DataView, at: number, scalar: Scalar) => void;

/** JSON has no word for these; they travel as strings. */
const WORDS: ReadonlySet<Scalar> = new Set(['NaN', 'Infinity', '-Infinity']);

const floatOf = (type: TensorType, scalar: Scalar): number =>
  typeof scalar === 'number' || WORDS.has(scalar)
    ? Number(scalar)
    : fail('BAD_VALUE', `${JSON.stringify(scalar)} is no ${type}; give numbers`);

const writerOf = (type: TensorType): Writer => {
  if (type === 'float32') return (view, at, scalar) => view.setFloat32(at, floatOf(type, scalar), true);
  if (type === 'float64') return (view, at, scalar) => view.setFloat64(at, floatOf(type, scalar), true);
  const range = INTEGER_RANGES[type] ?? [0n, 0n];
  const size = elementSizeOf(type);
  return (view, at, scalar) => {
    // Two's complement, cut to the element's size: the range check made sure that nothing is lost.
    const bits = BigInt.asUintN(64, integerOf(type, scalar, range));
    for (let i = 0; i < size; i += 1) view.setUint8(at + i, Number((bits >> BigInt(8 * i)) & 0xffn));
  };
};

const isList = (nested: Nested): nested is readonly Nested[] => Array.isArray(nested);

const flatten = (nested: Nested): readonly Scalar[] => (isList(nested) ? nested.flatMap(flatten) : [nested]);

/** Dims of nested lists. Throws BAD_SHAPE when siblings differ. */
const dimsOf = (nested: Nested): readonly number[] => {
  if (!isList(nested)) return [];
  const [first, ...rest] = nested.map(dimsOf);
  if (first === undefined) return [0];
  if (rest.some((dims) => dims.join() !== first.join()))
    fail('BAD_SHAPE', 'lists of unequal lengths; make them a grid');
  return [nested.length, ...first];
};

const encode = (name: string, type: TensorType, dims: readonly number[], scalars: readonly Scalar[]): Tensor => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (scalars.length !== count) {
    fail('BAD_LENGTH', `"${name}": ${scalars.length} values for dims ${dims.join('x')}, which hold ${count}`);
  }
  const bytes = new Uint8Array(count * elementSizeOf(type));
  const view = new DataView(bytes.buffer);
  const write = writerOf(type);
  scalars.forEach((scalar, i) => {
    write(view, i * elementSizeOf(type), scalar);
  });
  return { name, type, dims, bytes };
};

/** One tensor of the KServe v2 JSON: {name, datatype, shape, data}, data flat or nested. Throws TensorInputError. */
export const tensorFromKserve = (json: unknown): Tensor => {
  const parsed = KSERVE.safeParse(json);
  if (!parsed.success) return fail('BAD_JSON', `no KServe tensor: ${z.prettifyError(parsed.error)}`);
  const { name, datatype, shape, data } = parsed.data;
  const type =
    typeOfDatatype(datatype) ?? fail('BAD_JSON', `datatype ${datatype} is unknown; use FP32, UINT8, INT64, ...`);
  return encode(name, type, shape, flatten(data));
};

export interface KserveTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Row-major and flat. */
  readonly data: readonly (number | string)[];
}

const scalarOf = (value: number | bigint): number | string => {
  if (Number.isFinite(Number(value)) && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER) return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : String(value);
};

/** The JSON form, readable by `tensorFromKserve`. */
export const tensorToKserve = (tensor: Tensor): KserveTensor => {
  const read = elementReader(tensor);
  const data = Array.from({ length: elementCountOf(tensor) }, (_, i) => scalarOf(read(i)));
  return { name: tensor.name, datatype: datatypeOf(tensor.type), shape: tensor.dims, data };
};

const expected = ({ dims }: TensorSpec): string => dims.map((dim) => dim ?? '?').join('x');

/** Nested lists of numbers as the declared input; their nesting gives the dims. Throws TensorInputError. */
export const tensorFromNested = (spec: TensorSpec, json: unknown): Tensor => {
  if (!isNested(json)) return fail('BAD_JSON', `"${spec.name}": nested lists of numbers expected`);
  const dims = dimsOf(json);
  const fits = dims.length === spec.dims.length && spec.dims.every((dim, i) => (dim ?? dims[i]) === dims[i]);
  if (!fits) fail('BAD_SHAPE', `"${spec.name}" is ${dims.join('x')}, expected ${expected(spec)}`);
  return encode(spec.name, spec.type, dims, flatten(json));
};

/** Raw little-endian elements as the declared input; the length settles one symbolic dim. Throws BAD_LENGTH. */
export const tensorFromRaw = (spec: TensorSpec, bytes: Uint8Array): Tensor => {
  const known = spec.dims.reduce<number>((product, dim) => product * (dim ?? 1), elementSizeOf(spec.type));
  const symbolic = spec.dims.filter((dim) => dim === undefined).length;
  const free = bytes.length / known;
  const fits = symbolic === 0 ? free === 1 : symbolic === 1 && Number.isInteger(free) && free > 0;
  if (!fits) fail('BAD_LENGTH', `"${spec.name}": ${bytes.length} bytes are no ${spec.type}[${expected(spec)}] tensor`);
  return { name: spec.name, type: spec.type, dims: spec.dims.map((dim) => dim ?? free), bytes: Uint8Array.from(bytes) };
};
