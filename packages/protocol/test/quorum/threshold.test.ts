import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address, hasQuorum, hasThreshold, meetsThreshold, type Seat, weightOf } from '../../src/index.ts';

const seat = (operator: number, weight: bigint): Seat => ({
  operator: Address(`0x${operator.toString(16).padStart(40, '0')}`),
  sessionKey: Address(`0x${(operator + 1000).toString(16).padStart(40, '0')}`),
  weight,
});

test('70 % is reached exactly, and missed by one unit of weight', () => {
  assert.equal(meetsThreshold(7n, 10n), true);
  assert.equal(meetsThreshold(6_999_999_999n, 10_000_000_000n), false);
  assert.equal(meetsThreshold(0n, 0n), false);
});

test('the share is of all seats, silent ones included', () => {
  const seats = [seat(0, 1n), seat(1, 1n), seat(2, 1n), seat(3, 1n), seat(4, 1n)];
  assert.equal(hasThreshold(seats, [0, 1, 2]), false);
  assert.equal(hasThreshold(seats, [0, 1, 2, 3]), true);
});

test('three distinct operators must agree, however much two of them weigh', () => {
  const whales = [seat(0, 50n), seat(1, 50n), seat(2, 1n)];
  assert.equal(hasThreshold(whales, [0, 1]), true);
  assert.equal(hasQuorum(whales, [0, 1]), false);
  assert.equal(hasQuorum([seat(0, 50n), seat(1, 50n), seat(1, 1n)], [0, 1, 2]), false);
  assert.equal(hasQuorum(whales, [0, 1, 2]), true);
});

test('a seat named twice and a number without a seat add nothing', () => {
  const seats = [seat(0, 5n), seat(1, 5n), seat(2, 5n)];
  assert.equal(weightOf(seats, [0, 0, 7]), 5n);
  assert.equal(hasQuorum(seats, [0, 0, 1]), false);
});
