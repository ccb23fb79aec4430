import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declinersOf, drawCommittee, drawFirstSeats, keccak256, occupantsOf, tag } from '../../src/index.ts';
import { rowOf, snapshotOf } from '../fixture/network.ts';

const seed = keccak256(tag('a seed'));
const snapshot = snapshotOf(Array.from({ length: 10 }, (_, i) => rowOf(i, { stakeMlb: 50_000 * (1 + (i % 4)) })));
const input = { seed, snapshot, redundancy: 4, exclude: [] };
const first = drawFirstSeats(input) ?? assert.fail();

test('the committee of round 0 is the one that is drawn without substitutes', () => {
  assert.deepEqual(first.seats, drawCommittee(input));
});

test('a seat’s substitute has its place in the same draw, whoever else declines', () => {
  assert.deepEqual([...first.seats, ...first.substitutes], drawCommittee({ ...input, redundancy: 8 }));
  for (const declined of [[2], [2, 0], [0, 1, 2, 3]]) {
    assert.deepEqual(occupantsOf(first, declined)[2], first.substitutes[2]);
  }
  assert.deepEqual(occupantsOf(first, [0])[2], first.seats[2]);
});

test('in a pool with fewer than two operators a seat nobody is substituted', () => {
  const small = drawFirstSeats({ ...input, snapshot: snapshotOf(snapshot.rows.slice(0, 7)) }) ?? assert.fail();
  assert.deepEqual(small.substitutes, []);
  assert.deepEqual(occupantsOf(small, [1]), small.seats);
  assert.deepEqual(declinersOf(small, [1]), []);
});

test('whoever declined for a substitute is named, so that no later draw takes it', () => {
  assert.deepEqual(declinersOf(first, [3]), [first.seats[3]?.operator]);
});

test('without enough operators for the seats there is no draw', () => {
  assert.equal(drawFirstSeats({ ...input, snapshot: snapshotOf(snapshot.rows.slice(0, 3)) }), undefined);
});
