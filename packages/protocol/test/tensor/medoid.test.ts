import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Bytes32,
  type Candidate,
  distanceOf,
  keccak256,
  medoidOf,
  meetsThreshold,
  type Tensor,
  tag,
} from '../../src/index.ts';

const TOLERANCE = { atol: 1, rtol: 0 };

const tensorOf = (values: readonly number[]): Tensor => ({
  name: 'logits',
  type: 'float64',
  dims: [values.length],
  bytes: new Uint8Array(Float64Array.from(values).buffer),
});
const int64 = (values: readonly bigint[]): Tensor => ({
  name: 'ids',
  type: 'int64',
  dims: [values.length],
  bytes: new Uint8Array(BigInt64Array.from(values).buffer),
});

const distance = (a: readonly number[], b: readonly number[], tolerance = TOLERANCE): number =>
  distanceOf([tensorOf(a)], [tensorOf(b)], tolerance);

test('the distance is the farthest element in tolerances, at most two', () => {
  assert.equal(distance([0, 0], [0.5, -0.25]), 0.5);
  assert.equal(distance([0], [100]), 2);
  assert.equal(distance([100], [110], { atol: 0, rtol: 0.1 }), 10 / 11);
});

test('NaN agrees with NaN only, infinities exactly, and nothing with another shape', () => {
  assert.equal(distance([Number.NaN], [Number.NaN]), 0);
  assert.equal(distance([Number.NaN], [0]), 2);
  assert.equal(distance([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY]), 0);
  assert.equal(distance([Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]), 2);
  assert.equal(distance([1.7e308], [-1.7e308], { atol: 0, rtol: 3 }), 2);
  assert.equal(distance([1], [1, 1]), 2);
  assert.equal(distanceOf([tensorOf([1])], [], TOLERANCE), 2);
});

test('without tolerance only equal values agree', () => {
  const exact = { atol: 0, rtol: 0 };
  assert.equal(distance([0], [Number.MIN_VALUE], exact), 2);
  assert.equal(distance([0], [-0], exact), 0);
});

test('64-bit integers are subtracted before they are rounded', () => {
  const far = 2n ** 60n;
  assert.equal(distanceOf([int64([far])], [int64([far + 1n])], { atol: 2, rtol: 0 }), 0.5);
});

const candidate = (seat: number, value: number, weight = 1n): Candidate => ({
  seat,
  weight,
  resultHash: Bytes32(keccak256(tag(`${value}`))),
  tensors: [tensorOf([value])],
});

const medoid = (candidates: readonly Candidate[]) => {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0n);
  const weightOf = (seats: readonly number[]): bigint =>
    candidates.reduce((sum, { seat, weight }) => (seats.includes(seat) ? sum + weight : sum), 0n);
  const isQuorum = (seats: readonly number[]): boolean => seats.length >= 3 && meetsThreshold(weightOf(seats), total);
  return medoidOf({ candidates, tolerance: TOLERANCE, isQuorum });
};

test('the canonical value is the feasible one nearest to all, not the end of a chain', () => {
  const found = medoid([candidate(0, 0), candidate(1, 0.5, 2n), candidate(2, 0.9), candidate(3, 1.4)]);
  assert.equal(found?.seat, 1);
  assert.deepEqual(found?.supporters, [0, 1, 2, 3]);
});

test('there is none when no value has 70 % within one tolerance', () => {
  assert.equal(medoid([candidate(0, 0), candidate(1, 0), candidate(2, 5), candidate(3, 5)]), undefined);
});

const reveals = fc.array(
  fc.record({ value: fc.integer({ min: 0, max: 8 }), weight: fc.bigInt({ min: 1n, max: 9n }) }),
  {
    minLength: 3,
    maxLength: 9,
  },
);

test('the tally does not depend on the order of the reveals, and what it chooses is feasible (I6)', () => {
  fc.assert(
    fc.property(reveals, fc.infiniteStream(fc.nat()), (drawn, keys) => {
      const candidates = drawn.map(({ value, weight }, seat) => candidate(seat, value / 2, weight));
      const shuffled = candidates
        .map((item) => ({ item, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item);
      const found = medoid(candidates);
      assert.deepEqual(medoid(shuffled), found);
      for (const seat of found?.supporters ?? []) {
        const [a, b] = [candidates[found?.seat ?? -1], candidates[seat]];
        assert.ok(a && b && distanceOf(a.tensors, b.tensors, TOLERANCE) <= 1);
      }
    }),
  );
});
