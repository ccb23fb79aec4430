import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tensor, TensorType } from '@mlb/protocol';
import fc from 'fast-check';
import {
  type TensorInputErrorCode,
  tensorFromKserve,
  tensorFromNested,
  tensorFromRaw,
  tensorToKserve,
} from '../../src/execution/kserve.ts';
import type { TensorSpec } from '../../src/execution/onnx-gate.ts';

const SIZES: Readonly<Record<TensorType, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

const spec: TensorSpec = { name: 'x', type: 'float32', dims: [undefined, 2] };

const refuses = (code: TensorInputErrorCode, read: () => unknown): void => {
  assert.throws(read, (error: { readonly code?: unknown }) => error.code === code);
};

/** Any tensor whose NaNs have the one pattern JSON can name. */
const anyTensor = fc
  .constantFrom(...(Object.keys(SIZES) as TensorType[]))
  .chain((type) =>
    fc.array(fc.uint8Array({ minLength: SIZES[type], maxLength: SIZES[type] }), { maxLength: 6 }).map((elements) => {
      const bytes = Uint8Array.from(elements.flatMap((element) => [...element]));
      return { name: 'x', type, dims: [elements.length], bytes: type === 'bool' ? bytes.map((b) => b & 1) : bytes };
    }),
  )
  .filter(({ type, bytes }) => {
    if (type === 'float32')
      return [...new Float32Array(bytes.buffer)].every((x) => !Number.isNaN(x) && !Object.is(x, -0));
    return (
      type !== 'float64' || [...new Float64Array(bytes.buffer)].every((x) => !Number.isNaN(x) && !Object.is(x, -0))
    );
  });

describe('KServe tensors', () => {
  test('come back from their JSON, every type and value', () => {
    fc.assert(
      fc.property(anyTensor, (tensor: Tensor) => {
        assert.deepEqual(tensorFromKserve(JSON.parse(JSON.stringify(tensorToKserve(tensor)))), tensor);
      }),
    );
  });

  test('carry NaN and infinities as words', () => {
    const bytes = new Uint8Array(
      Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY).buffer,
    );
    const json = tensorToKserve({ name: 'x', type: 'float32', dims: [3], bytes });
    assert.deepEqual(json, { name: 'x', datatype: 'FP32', shape: [3], data: ['NaN', 'Infinity', '-Infinity'] });
    assert.deepEqual(tensorFromKserve(json).bytes, bytes);
  });

  test('may nest their data', () => {
    const tensor = tensorFromKserve({
      name: 'x',
      datatype: 'UINT8',
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    });
    assert.deepEqual(tensor, { name: 'x', type: 'uint8', dims: [2, 2], bytes: Uint8Array.of(1, 2, 3, 4) });
  });

  test('are refused with what to change', () => {
    const base = { name: 'x', datatype: 'UINT8', shape: [2], data: [1, 2] };
    refuses('BAD_JSON', () => tensorFromKserve({ ...base, name: '' }));
    refuses('BAD_JSON', () => tensorFromKserve({ ...base, datatype: 'FP16' }));
    refuses('BAD_JSON', () => tensorFromKserve({ ...base, shape: [-2] }));
    refuses('BAD_JSON', () => tensorFromKserve({ ...base, data: [null, 1] }));
    refuses('BAD_LENGTH', () => tensorFromKserve({ ...base, data: [1, 2, 3] }));
    refuses('BAD_VALUE', () => tensorFromKserve({ ...base, data: [1, 256] }));
    refuses('BAD_VALUE', () => tensorFromKserve({ ...base, data: [1, 1.5] }));
    refuses('BAD_VALUE', () => tensorFromKserve({ ...base, datatype: 'FP32', data: [1, 'two'] }));
    refuses('BAD_VALUE', () => tensorFromKserve({ ...base, datatype: 'INT64', data: [1, '99999999999999999999'] }));
  });
});

describe('nested lists as a declared input', () => {
  test('give the symbolic dims', () => {
    const tensor = tensorFromNested(spec, [
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    assert.deepEqual(tensor.dims, [3, 2]);
    assert.deepEqual([...new Float32Array(tensor.bytes.buffer)], [1, 2, 3, 4, 5, 6]);
  });

  test('are refused when they are no grid, no numbers, or of other dims', () => {
    refuses('BAD_SHAPE', () => tensorFromNested(spec, [[1, 2], [3]]));
    refuses('BAD_SHAPE', () => tensorFromNested(spec, [1, 2]));
    refuses('BAD_SHAPE', () => tensorFromNested(spec, [[1, 2, 3]]));
    refuses('BAD_JSON', () => tensorFromNested(spec, { data: [1] }));
    refuses('BAD_VALUE', () => tensorFromNested(spec, [['a', 'b']]));
  });
});

describe('raw bytes as a declared input', () => {
  test('settle the one symbolic dim by their length', () => {
    assert.deepEqual(tensorFromRaw(spec, new Uint8Array(24)).dims, [3, 2]);
    assert.deepEqual(tensorFromRaw({ ...spec, dims: [3, 2] }, new Uint8Array(24)).dims, [3, 2]);
  });

  test('are refused when the length fits no dims', () => {
    refuses('BAD_LENGTH', () => tensorFromRaw(spec, new Uint8Array(25)));
    refuses('BAD_LENGTH', () => tensorFromRaw(spec, new Uint8Array()));
    refuses('BAD_LENGTH', () => tensorFromRaw({ ...spec, dims: [2, 2] }, new Uint8Array(24)));
    refuses('BAD_LENGTH', () => tensorFromRaw({ ...spec, dims: [undefined, undefined] }, new Uint8Array(24)));
  });
});
