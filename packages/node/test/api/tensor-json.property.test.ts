import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { tensorFromInput, tensorToOutput } from '../../src/api/tensor-json.ts';

const DATATYPES = ['UINT8', 'INT8', 'UINT16', 'INT16', 'UINT32', 'INT32', 'UINT64', 'INT64', 'FP32', 'FP64'];
const SIZES: Readonly<Record<string, number>> = {
  UINT8: 1,
  INT8: 1,
  UINT16: 2,
  INT16: 2,
  FP32: 4,
  UINT32: 4,
  INT32: 4,
};

/** Any tensor: its bytes are arbitrary, NaN payloads apart (JSON has one NaN). */
const anyTensor = fc
  .tuple(fc.constantFrom(...DATATYPES), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .chain(([datatype, shape]) => {
    const sizeBytes = shape.reduce((a, b) => a * b, 1) * (SIZES[datatype] ?? 8);
    return fc.record({
      name: fc.constant('x'),
      datatype: fc.constant(datatype),
      shape: fc.constant(shape),
      bytes: fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes }),
    });
  });

it('a tensor survives the way to JSON and back, bit for bit but for the payload of a NaN', () => {
  fc.assert(
    fc.property(anyTensor, ({ name, datatype, shape, bytes }) => {
      const base64 = Buffer.from(bytes).toString('base64');
      const first = tensorToOutput(tensorFromInput({ name, datatype, shape, base64 }, undefined));
      const wire = JSON.parse(JSON.stringify(first)) as typeof first;
      const again = tensorToOutput(tensorFromInput(wire, undefined));
      assert.deepEqual(again, first);
      if (!first.data.includes('NaN') && !first.data.some((value) => Object.is(value, -0)))
        assert.deepEqual(tensorFromInput(wire, undefined).bytes, bytes);
    }),
  );
});
