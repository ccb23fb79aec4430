import { ProtocolError } from '../errors.ts';
import type { Tensor, TensorType } from './tensor.ts';

// Also the subpath @mlb/protocol/tensor: sandboxes import it alone, since the whole package takes 0.35 s of CPU to load.

export type { Tensor, TensorType } from './tensor.ts';

export const MAX_TENSORS: number = 64;
export const MAX_TENSOR_RANK: number = 8;
export const MAX_TENSOR_NAME_BYTES: number = 256;

/** Element types by their number on the wire; the numbers are ONNX's TensorProto.DataType. */
const CODES: Readonly<Record<TensorType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

const SIZES: Readonly<Record<TensorType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
  uint32: 4,
  uint64: 8,
};

const TYPES: ReadonlyMap<number, TensorType> = new Map(
  Object.entries(CODES).map(([type, code]) => [code, type as TensorType]),
);

export const codeOfType = (type: TensorType): number => CODES[type];
export const typeOfCode = (code: number): TensorType | undefined => TYPES.get(code);

/** Bytes of one element. */
export const elementSizeOf = (type: TensorType): number => SIZES[type];

/** Bytes of a tensor of these dims, at most `maxBytes`. Throws BAD_TENSOR on a dim that is no count, or on more. */
export const payloadSizeOf = (type: TensorType, dims: readonly number[], maxBytes: number): number => {
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new ProtocolError('BAD_TENSOR', `dims ${dims.join('x')}: each must be a count`);
  }
  if (dims.includes(0)) return 0;
  let size = elementSizeOf(type);
  for (const dim of dims) {
    size *= dim;
    // Checked at every factor: a product beyond 2^53 would be rounded.
    if (size > maxBytes) throw new ProtocolError('BAD_TENSOR', `dims ${dims.join('x')}: more than ${maxBytes} bytes`);
  }
  return size;
};

/** Elements of one tensor. */
export const elementCountOf = (tensor: Tensor): number => tensor.bytes.length / elementSizeOf(tensor.type);

/** Element `index` of a tensor as a number, or as a bigint for the 64-bit integers. */
export type ElementReader = (index: number) => number | bigint;

/** Reads little-endian elements. `tensor.bytes` may have any alignment. */
export const elementReader = ({ type, bytes }: Tensor): ElementReader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'float32':
      return (i) => view.getFloat32(4 * i, true);
    case 'float64':
      return (i) => view.getFloat64(8 * i, true);
    case 'int8':
      return (i) => view.getInt8(i);
    case 'uint8':
    case 'bool':
      return (i) => view.getUint8(i);
    case 'int16':
      return (i) => view.getInt16(2 * i, true);
    case 'uint16':
      return (i) => view.getUint16(2 * i, true);
    case 'int32':
      return (i) => view.getInt32(4 * i, true);
    case 'uint32':
      return (i) => view.getUint32(4 * i, true);
    case 'int64':
      return (i) => view.getBigInt64(8 * i, true);
    case 'uint64':
      return (i) => view.getBigUint64(8 * i, true);
  }
};
