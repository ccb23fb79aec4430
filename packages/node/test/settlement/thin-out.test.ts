import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SettledTask } from '@mlb/protocol';
import { thinOut } from '../../src/settlement/proposer.ts';

/** Only the signature decides a task's lot. */
const taskOf = (i: number): SettledTask =>
  ({ order: { signature: Uint8Array.of(i, i >> 8, 7) } }) as unknown as SettledTask;

const TASKS = Array.from({ length: 64 }, (_, i) => taskOf(i));

test('the first proposal of an index takes every task', () => {
  assert.deepEqual(thinOut(TASKS, 0, 5n), TASKS);
});

test('each failed proposal halves what the next one takes, down to a sixteenth', () => {
  const sizes = [1, 2, 3, 4, 9].map((tries) => thinOut(TASKS, tries, 5n).length);
  assert.ok(sizes.every((size) => size >= 1));
  assert.ok((sizes[0] ?? 0) > (sizes[3] ?? 0));
  assert.equal(sizes[3], sizes[4]);
});

test('a task that is refused every time does not keep the others out for ever', () => {
  const [refused, ...others] = TASKS;
  const settled = new Set<SettledTask>();
  for (let slot = 0n; slot < 64n; slot += 1n) {
    const proposed = thinOut(TASKS, 4, slot);
    if (refused === undefined || !proposed.includes(refused)) for (const task of proposed) settled.add(task);
  }
  assert.ok(others.filter((task) => settled.has(task)).length > 50);
});

test('at least one task is proposed', () => {
  assert.equal(thinOut(TASKS.slice(0, 1), 4, 1n).length, 1);
});
