import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { capacityOf, MAX_BASE_FEE, nextBaseFee, ROLE_VERIFIER, restedBaseFee } from '../../src/index.ts';
import { rowOf } from '../fixture/network.ts';

const units = fc.bigInt({ min: 0n, max: 10n ** 15n });
const inputs = fc.record({
  baseFee: fc.bigInt({ min: 16n, max: 10n ** 15n }),
  usedComputeUnits: units,
  capacityComputeUnits: units,
  floor: fc.bigInt({ min: 16n, max: 10n ** 6n }),
});

test('golden steps: empty, half, three quarters, full and beyond', () => {
  const at = (usedComputeUnits: bigint, baseFee = 1600n) =>
    nextBaseFee({ baseFee, usedComputeUnits, capacityComputeUnits: 1000n, floor: 16n });
  assert.deepEqual(
    [0n, 250n, 500n, 750n, 1000n, 5000n].map((used) => at(used)),
    [1500n, 1550n, 1600n, 1650n, 1700n, 1700n],
  );
  // 17 * 499 / 500 / 16 = 1.06 down, rounded towards zero: 1; one wei up where the step rounds to nothing.
  assert.equal(at(1n, 17n), 16n);
  assert.equal(at(501n, 17n), 18n);
});

test('the fee moves by at most a sixteenth, towards the target, and stays above its floor', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const next = nextBaseFee(input);
      assert.ok(next >= input.floor);
      const start = input.baseFee > input.floor ? input.baseFee : input.floor;
      const most = input.baseFee / 16n;
      assert.ok(next <= start + (most > 1n ? most : 1n) && next >= input.baseFee - most);
      const target = input.capacityComputeUnits / 2n;
      if (target === 0n) assert.equal(next, start);
      else if (input.usedComputeUnits > target) assert.ok(next > input.baseFee || next === input.floor);
      else assert.ok(next <= start);
    }),
    { numRuns: 1000 },
  );
});

test('more use never gives a lower fee', () => {
  fc.assert(
    fc.property(inputs, units, (input, more) => {
      const usedComputeUnits = input.usedComputeUnits + more;
      assert.ok(nextBaseFee({ ...input, usedComputeUnits }) >= nextBaseFee(input));
    }),
    { numRuns: 500 },
  );
});

test('a fee at its floor rises again however small it is, and one at the top of uint64 stays there', () => {
  const full = { usedComputeUnits: 10n, capacityComputeUnits: 10n };
  assert.equal(nextBaseFee({ ...full, baseFee: 1n, floor: 1n }), 2n);
  assert.equal(nextBaseFee({ ...full, baseFee: MAX_BASE_FEE, floor: 16n }), MAX_BASE_FEE);
});

test('capacity is what the lots that may be drawn can execute, whatever was used', () => {
  const rows = [
    { ...rowOf(0), stakeMlb: 50_000 },
    { ...rowOf(1), stakeMlb: 149_999 },
    { ...rowOf(2), stakeMlb: 200_000 },
    // Barred by its reputation, and an attester without the compute role.
    { ...rowOf(3), stakeMlb: 200_000, reputationBps: 3999 },
    { ...rowOf(4), stakeMlb: 200_000, roles: ROLE_VERIFIER },
  ];
  assert.equal(capacityOf({ rows }, 1000n), 7000n);
  assert.equal(capacityOf({ rows: [] }, 1000n), 0n);
});

test('a fee rests by a sixteenth an epoch and stays at its floor, after however many epochs', () => {
  assert.equal(restedBaseFee({ baseFee: 1600n, floor: 16n }, 0n), 1600n);
  assert.equal(restedBaseFee({ baseFee: 1600n, floor: 16n }, 2n), 1500n - 1500n / 16n);
  assert.equal(restedBaseFee({ baseFee: MAX_BASE_FEE, floor: 16n }, 10n ** 18n), 16n);
  assert.equal(restedBaseFee({ baseFee: 5n, floor: 16n }, 3n), 5n);
});
