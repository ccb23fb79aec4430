import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalBytes, decodeCanonical, inputHashOf, resultHashOf, type Tensor, toHex } from '../../src/index.ts';

const float32 = (name: string, values: readonly number[]): Tensor => ({
  name,
  type: 'float32',
  dims: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

const refused = { name: 'ProtocolError', code: 'BAD_TENSOR' };

test('the layout is count, then name, dtype, rank, dims and payload of each tensor', () => {
  assert.equal(
    toHex(canonicalBytes([float32('ab', [1, -2])])),
    ['0x0100', '0200', '6162', '01', '01', '0200000000000000', '0000803f', '000000c0'].join(''),
  );
});

test('the order of the tensors, the sign of zero and the pattern of NaN make no difference', () => {
  const negative = canonicalBytes([float32('b', [-0, Number.NaN]), float32('a', [1])]);
  const odd = new Uint8Array(new Uint32Array([0, 0xff_c0_12_34]).buffer);
  const positive = canonicalBytes([float32('a', [1]), { ...float32('b', [0, 0]), bytes: odd }]);
  assert.deepEqual(negative, positive);
});

test('hashes of known bytes never change', () => {
  const bytes = canonicalBytes([float32('logits', [0.5, 0.25])]);
  assert.equal(inputHashOf(bytes), '0xac0acec9e3fb90fca5a4d403462fa982dbcf811254f6a0731912edd2fa9f8490');
  assert.equal(resultHashOf(bytes), '0x72f86b8352703844005bdf76791757c8bf2c154f65c0be5f8c4a6bea43223ef8');
});

test('tensors that do not fit their dims, share a name or are too many are refused', () => {
  assert.throws(() => canonicalBytes([{ ...float32('a', [1, 2]), dims: [3] }]), refused);
  assert.throws(() => canonicalBytes([float32('a', [1]), float32('a', [2])]), refused);
  assert.throws(() => canonicalBytes([{ ...float32('a', [1]), dims: [-1] }]), refused);
  assert.throws(() => canonicalBytes([float32('\ud800', [1])]), refused);
  assert.throws(() => canonicalBytes(Array.from({ length: 65 }, (_, i) => float32(`${i}`, []))), refused);
});

test('bytes that encode to other bytes, end early or claim more than there is are refused', () => {
  const bytes = canonicalBytes([float32('a', [1, 2])]);
  const negativeZero = canonicalBytes([float32('a', [0, 2])]);
  negativeZero[negativeZero.length - 5] = 0x80;
  const hugeDim = bytes.slice();
  hugeDim[7 + 6] = 0x1f;
  for (const broken of [
    negativeZero,
    hugeDim,
    bytes.subarray(0, -1),
    new Uint8Array([...bytes, 0]),
    new Uint8Array(0),
  ]) {
    assert.throws(() => decodeCanonical(broken), refused);
  }
});

const tensor = fc
  .record({
    name: fc.string({ maxLength: 12 }),
    type: fc.constantFrom('float32', 'int32', 'uint32'),
    dims: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    fill: fc.integer(),
  })
  .map(({ name, type, dims, fill }): Tensor => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return { name, type, dims, bytes: new Uint8Array(new Int32Array(count).fill(fill).buffer) };
  });

test('decoding and encoding again gives the same bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(tensor, { maxLength: 5, selector: ({ name }) => name }), (tensors) => {
      const bytes = canonicalBytes(tensors);
      const decoded = decodeCanonical(bytes);
      assert.deepEqual(canonicalBytes(decoded), bytes);
      assert.deepEqual(decoded.map(({ name }) => name).sort(), tensors.map(({ name }) => name).sort());
    }),
  );
});

test('no bytes make the decoder throw anything but BAD_TENSOR', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeCanonical(bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'BAD_TENSOR');
      }
    }),
  );
});
