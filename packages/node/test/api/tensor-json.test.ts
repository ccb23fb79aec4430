import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ControlError } from '../../src/api/control-error.ts';
import { tensorFromInput, tensorsFromInputs } from '../../src/api/tensor-json.ts';

const image = { name: 'x', datatype: 'FP32', shape: [-1, 2, 2] };
const f32 = (...values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);

describe('an input', () => {
  for (const [name, value] of [
    [
      'nested arrays',
      {
        data: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      },
    ],
    ['a flat array', { data: [1, 2, 3, 4] }],
    ['a flat array with a shape', { data: [1, 2, 3, 4], shape: [1, 2, 2] }],
    ['base64 of little-endian bytes', { base64: Buffer.from(f32(1, 2, 3, 4)).toString('base64') }],
  ] as const)
    it(`of ${name} takes type and shape from the model`, () => {
      const tensor = tensorFromInput({ name: 'x', ...value }, image);
      assert.deepEqual(tensor, { name: 'x', type: 'float32', dims: [1, 2, 2], bytes: f32(1, 2, 3, 4) });
    });

  it('fills the free dimension with the batch', () => {
    const data = Array.from({ length: 12 }, (_, i) => i);
    assert.deepEqual(tensorFromInput({ name: 'x', data }, image).dims, [3, 2, 2]);
  });

  it('reads 64-bit integers beyond 2^53 from strings', () => {
    const ids = { name: 'x', datatype: 'INT64', shape: [-1] };
    const tensor = tensorFromInput({ name: 'x', data: ['-9223372036854775808', 7] }, ids);
    assert.deepEqual(tensor.bytes, new Uint8Array(new BigInt64Array([-(2n ** 63n), 7n]).buffer));
  });

  it('reads a scalar', () => {
    const scalar = { name: 'x', datatype: 'UINT8', shape: [] };
    assert.deepEqual(tensorFromInput({ name: 'x', data: 7 }, scalar).dims, []);
  });

  for (const [why, value] of [
    ['a text among numbers', { data: [1, 2, 3, '4'] }],
    ['null among numbers', { data: [1, 2, 3, null] }],
    ['ragged arrays', { data: [[1, 2], [3]] }],
    ['too few elements', { data: [1, 2, 3] }],
    ['no element', { data: [] }],
    ['another type than the model’s', { datatype: 'INT64', data: [1, 2, 3, 4] }],
    ['another shape than the model’s', { shape: [4], data: [1, 2, 3, 4] }],
    ['a shape that does not hold the data', { shape: [2, 2, 2], data: [1, 2, 3, 4] }],
    ['half an element', { base64: Buffer.from([1, 2, 3]).toString('base64') }],
    ['neither data nor base64', {}],
    ['both data and base64', { data: [1, 2, 3, 4], base64: '' }],
    ['a datatype of the prototype', { datatype: 'constructor', data: [1] }],
  ] as const)
    it(`with ${why} is refused`, () => {
      assert.throws(
        () => tensorFromInput({ name: 'x', ...value }, image),
        (error: unknown) => {
          assert.ok(error instanceof ControlError);
          assert.equal(error.code, 'BAD_INPUT');
          assert.match(error.message, /^input "x": /);
          return true;
        },
      );
    });

  for (const [datatype, value] of [
    ['UINT8', 256],
    ['INT8', -129],
    ['UINT64', '18446744073709551616'],
    ['INT32', 1.5],
    ['BOOL', 2],
    ['FP32', '4'],
    ['FP16', 1],
  ] as const)
    it(`${value} does not fit ${datatype}`, () => {
      const signature = { name: 'x', datatype, shape: [1] };
      assert.throws(() => tensorFromInput({ name: 'x', data: [value] }, signature), { code: 'BAD_INPUT' });
    });
});

describe('the inputs of a task', () => {
  const declared = [image, { ...image, name: 'y' }];
  const four = { data: [1, 2, 3, 4] };

  it('are each of the model’s exactly once', () => {
    const tensors = tensorsFromInputs(
      [
        { name: 'y', ...four },
        { name: 'x', ...four },
      ],
      declared,
    );
    assert.deepEqual(
      tensors.map(({ name }) => name),
      ['y', 'x'],
    );
  });

  for (const [why, names] of [
    ['one missing', ['x']],
    ['one unknown', ['x', 'y', 'z']],
    ['one twice', ['x', 'y', 'x']],
  ] as const)
    it(`with ${why} are refused`, () => {
      assert.throws(
        () =>
          tensorsFromInputs(
            names.map((name) => ({ name, ...four })),
            declared,
          ),
        { code: 'BAD_INPUT' },
      );
    });
});
