import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCounts, countTests, NO_TESTS } from '../test-counts.ts';

test("Node's and Hardhat's closing lines are added up", () => {
  const log = [
    '  2 passing (1 unit)',
    '  1 failing',
    'ℹ tests 9',
    'ℹ pass 5',
    'ℹ fail 1',
    'ℹ cancelled 1',
    'ℹ skipped 2',
  ];
  assert.deepEqual(countTests(log.join('\n')), { passed: 7, failed: 3, skipped: 2 });
});

test('two runs in one log are added up', () => {
  assert.deepEqual(countTests('ℹ pass 5\nℹ fail 0\nℹ pass 2\n'), { passed: 7, failed: 0, skipped: 0 });
});

test('what a test prints is not counted', () => {
  assert.deepEqual(countTests('pass 5\n5 passing tests are expected\n'), NO_TESTS);
});

test('counts add field by field', () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  assert.deepEqual(addCounts(one, one), { passed: 2, failed: 4, skipped: 6 });
});
