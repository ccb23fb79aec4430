import { concatBytes } from '@noble/hashes/utils.js';
import * as Bytes from 'ox/Bytes';
import { ProtocolError } from '../errors.ts';
import { keccak256, sha256 } from '../primitives/hash.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import {
  codeOfType,
  MAX_TENSOR_NAME_BYTES,
  MAX_TENSOR_RANK,
  MAX_TENSORS,
  payloadSizeOf,
  typeOfCode,
} from './element.ts';
import type { Tensor, TensorType } from './tensor.ts';

/*
 * Canonical bytes of a list of named tensors, all integers little-endian:
 *
 *   tensor count u16, then for each tensor, strictly ascending by the UTF-8 bytes of its name:
 *   name length u16 | name | dtype u8 (ONNX number) | rank u8 | dims u64 each | payload
 *
 * Payload: row-major elements; every NaN is the quiet one (0x7fc00000, 0x7ff8000000000000), -0 is +0, bool is 0 or 1.
 * The payload's size follows from dtype and dims. One list has one encoding.
 */

const bad = (why: string): ProtocolError => new ProtocolError('BAD_TENSOR', why);

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

const nameBytesOf = (name: string): Uint8Array => {
  const bytes = Bytes.fromString(name);
  if (bytes.length > MAX_TENSOR_NAME_BYTES)
    throw bad(`tensor name of ${bytes.length} bytes, at most ${MAX_TENSOR_NAME_BYTES}`);
  // A lone surrogate or a byte-order mark would come back as another name.
  if (Bytes.toString(bytes) !== name) throw bad(`tensor name ${JSON.stringify(name)} has no UTF-8 form`);
  return bytes;
};

/** A copy of the payload in which equal values have equal bytes. */
const normalise = (type: TensorType, payload: Uint8Array): Uint8Array => {
  const copy = payload.slice();
  const view = new DataView(copy.buffer);
  if (type === 'bool') return copy.map((byte) => (byte === 0 ? 0 : 1));
  if (type === 'float32') {
    for (let at = 0; at < copy.length; at += 4) {
      const value = view.getFloat32(at, true);
      if (value === 0) view.setUint32(at, 0, true);
      else if (Number.isNaN(value)) view.setUint32(at, 0x7fc00000, true);
    }
  } else if (type === 'float64') {
    for (let at = 0; at < copy.length; at += 8) {
      const value = view.getFloat64(at, true);
      if (value === 0) view.setBigUint64(at, 0n, true);
      else if (Number.isNaN(value)) view.setBigUint64(at, 0x7ff8000000000000n, true);
    }
  }
  return copy;
};

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);

const encodeTensor = (name: Uint8Array, { type, dims, bytes }: Tensor): Uint8Array => {
  if (dims.length > MAX_TENSOR_RANK) throw bad(`rank ${dims.length}, at most ${MAX_TENSOR_RANK}`);
  if (payloadSizeOf(type, dims, bytes.length) !== bytes.length) {
    throw bad(`${bytes.length} bytes are no ${type} tensor of dims ${dims.join('x')}`);
  }
  const dimBytes = new Uint8Array(8 * dims.length);
  const view = new DataView(dimBytes.buffer);
  dims.forEach((dim, i) => {
    view.setBigUint64(8 * i, BigInt(dim), true);
  });
  return concatBytes(
    u16(name.length),
    name,
    Uint8Array.of(codeOfType(type), dims.length),
    dimBytes,
    normalise(type, bytes),
  );
};

/** Canonical bytes of named tensors in any order. Throws BAD_TENSOR: sizes that do not fit, names given twice, too many. */
export const canonicalBytes = (tensors: readonly Tensor[]): Uint8Array => {
  if (tensors.length > MAX_TENSORS) throw bad(`${tensors.length} tensors, at most ${MAX_TENSORS}`);
  const named = tensors
    .map((tensor) => ({ name: nameBytesOf(tensor.name), tensor }))
    .sort((a, b) => compareBytes(a.name, b.name));
  named.forEach(({ name, tensor }, i) => {
    const previous = named[i - 1];
    if (previous !== undefined && compareBytes(previous.name, name) === 0) {
      throw bad(`two tensors named ${JSON.stringify(tensor.name)}`);
    }
  });
  return concatBytes(u16(named.length), ...named.map(({ name, tensor }) => encodeTensor(name, tensor)));
};

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const take = (cursor: Cursor, size: number): Uint8Array => {
  if (cursor.at + size > cursor.bytes.length) throw bad(`ends at byte ${cursor.bytes.length}, ${size} more expected`);
  cursor.at += size;
  return cursor.bytes.subarray(cursor.at - size, cursor.at);
};

const takeU8 = (cursor: Cursor): number => take(cursor, 1)[0] ?? 0;
const takeU16 = (cursor: Cursor): number => takeU8(cursor) | (takeU8(cursor) << 8);

const takeDim = (cursor: Cursor): number => {
  const bytes = take(cursor, 8);
  const dim = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (dim > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`a dim of ${dim}`);
  return Number(dim);
};

const takeTensor = (cursor: Cursor): Tensor => {
  const name = Bytes.toString(take(cursor, takeU16(cursor)));
  const type = typeOfCode(takeU8(cursor));
  if (type === undefined) throw bad(`tensor ${JSON.stringify(name)} is of no known element type`);
  const rank = takeU8(cursor);
  if (rank > MAX_TENSOR_RANK) throw bad(`rank ${rank}, at most ${MAX_TENSOR_RANK}`);
  const dims = Array.from({ length: rank }, () => takeDim(cursor));
  const size = payloadSizeOf(type, dims, cursor.bytes.length - cursor.at);
  return { name, type, dims, bytes: take(cursor, size) };
};

/**
 * The tensors of canonical bytes, ascending by name; payloads are views into `bytes` of any alignment. Nothing is
 * allocated beyond the size of `bytes`. Throws BAD_TENSOR on whatever does not encode to the same bytes again.
 */
export const decodeCanonical = (bytes: Uint8Array): readonly Tensor[] => {
  const cursor: Cursor = { bytes, at: 0 };
  const count = takeU16(cursor);
  if (count > MAX_TENSORS) throw bad(`${count} tensors, at most ${MAX_TENSORS}`);
  const tensors = Array.from({ length: count }, () => takeTensor(cursor));
  if (cursor.at !== bytes.length) throw bad(`${bytes.length - cursor.at} bytes too many`);
  if (compareBytes(canonicalBytes(tensors), bytes) !== 0) throw bad('not canonical: encodes to other bytes');
  return tensors;
};

/** keccak256 of the sha256 of canonical output bytes: sha256 is native and fast on bulk, keccak is what the chain has. */
export const resultHashOf = (output: Uint8Array): Bytes32 => keccak256(sha256(output));

/** sha256 of the canonical bytes of the input tensors: `TaskOrder.inputHash`, and the digest of the input's raw CID. */
export const inputHashOf = (input: Uint8Array): Bytes32 => sha256(input);
