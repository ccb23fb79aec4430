import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type CommitteeSeat,
  drawCommittee,
  drawLaterSeats,
  MAX_UNION_SEATS,
  meetsThreshold,
  roundSeedBlockOf,
  roundSizes,
} from '../../src/index.ts';
import { bytes32, rowOf, snapshotOf } from '../fixture/network.ts';

const snapshotOfSize = (count: number) => snapshotOf(Array.from({ length: count }, (_, i) => rowOf(i)));

/** Seats of all rounds that take place, as the rounds would draw them. */
const unionOf = (pool: number, redundancy: number, name: string): readonly (readonly CommitteeSeat[])[] => {
  const snapshot = snapshotOfSize(pool);
  const exclude = [rowOf(0).operator, rowOf(1).operator];
  const first = drawCommittee({ seed: bytes32(`${name} 0`), snapshot, redundancy, exclude });
  if (first === undefined) return [];
  const rounds = [first];
  for (let round = 1; ; round += 1) {
    const earlier = rounds.flat();
    const seats = drawLaterSeats({ seed: bytes32(`${name} ${round}`), snapshot, round, redundancy, earlier, exclude });
    if (seats === undefined) return rounds;
    rounds.push(seats);
  }
};

test('rounds grow to 3 n + 1 and 7 n + 4 seats, and end at the cap', () => {
  assert.deepEqual(roundSizes(3), [3, 10, 25]);
  assert.deepEqual(roundSizes(4), [4, 13, 32]);
  assert.deepEqual(roundSizes(7), [7, 22, 44]);
  assert.deepEqual(roundSizes(15), [15, 44]);
});

test('a small pool caps the rounds, and a round without a fresh seat does not take place', () => {
  assert.deepEqual(roundSizes(4, 20), [4, 13, 20]);
  assert.deepEqual(roundSizes(4, 13), [4, 13]);
  assert.deepEqual(roundSizes(4, 4), [4]);
});

test('31 signatures of equal seats are enough for the largest union, and not for a larger one', () => {
  assert.equal(meetsThreshold(31n, BigInt(MAX_UNION_SEATS)), true);
  assert.equal(meetsThreshold(31n, BigInt(MAX_UNION_SEATS + 1)), false);
});

test('the seats of all rounds are distinct operators, none of them excluded, and as many as the sizes say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 15 }), fc.integer({ min: 5, max: 60 }), fc.string(), (n0, pool, name) => {
      const rounds = unionOf(pool, n0, name);
      if (pool - 2 < n0) return assert.deepEqual(rounds, []);
      let sum = 0;
      const sums = rounds.map((seats) => {
        sum += seats.length;
        return sum;
      });
      assert.deepEqual(sums, roundSizes(n0, pool - 2));
      const rows = rounds.flat().map(({ row }) => row);
      assert.equal(new Set(rows).size, rows.length);
      assert.ok(!rows.includes(0) && !rows.includes(1));
    }),
    { numRuns: 150 },
  );
});

test('the fresh seats hang on the seed of their own round', () => {
  const [, a] = unionOf(60, 4, 'a');
  const earlier = unionOf(60, 4, 'a')[0] ?? [];
  const draw = (seed: string) =>
    drawLaterSeats({
      seed: bytes32(seed),
      snapshot: snapshotOfSize(60),
      round: 1,
      redundancy: 4,
      earlier,
      exclude: [],
    });
  assert.equal(a?.length, 9);
  assert.notDeepEqual(draw('one'), draw('two'));
});

test('no fourth round takes place', () => {
  const earlier = unionOf(60, 4, 'a').flat();
  const input = { seed: bytes32('x'), snapshot: snapshotOfSize(60), redundancy: 4, earlier, exclude: [] };
  assert.equal(drawLaterSeats({ ...input, round: 3 }), undefined);
});

test('the seed block of a round is a fixed slot after that of round 0', () => {
  assert.deepEqual(
    [0, 1, 2].map((round) => roundSeedBlockOf(100n, round, 18)),
    [100n, 118n, 136n],
  );
});
