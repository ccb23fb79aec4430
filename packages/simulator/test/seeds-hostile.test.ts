import { test } from 'node:test';
import { assertSeeds, FIRST_SEED } from './seeds.ts';

test('150 seeded networks with a third dishonest and faults everywhere keep every invariant', () => {
  assertSeeds({ from: FIRST_SEED + 10_000, count: 150 }, { operatorCount: 8, adversaryShare: 0.34 });
});

test('100 seeded networks of honest operators keep every invariant under faults alone', () => {
  assertSeeds({ from: FIRST_SEED + 20_000, count: 100 }, { operatorCount: 7, adversaryShare: 0, maxFaults: 8 });
});
