import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryClock } from '../../src/clock/memory.ts';

test('timers are called in order of their time, each at its own time', () => {
  const clock = createMemoryClock(1000);
  const calls: [string, number][] = [];
  const note = (name: string) => () => void calls.push([name, clock.nowMs()]);
  clock.after(20, note('late'));
  clock.after(10, note('early'));
  clock.after(10, note('early too'));
  clock.advance(9);
  assert.deepEqual(calls, []);
  clock.advance(100);
  assert.deepEqual(calls, [
    ['early', 1010],
    ['early too', 1010],
    ['late', 1020],
  ]);
  assert.equal(clock.nowMs(), 1109);
});

test('a timer set by a timer is called in the same move when it falls due in it', () => {
  const clock = createMemoryClock();
  const atMs: number[] = [];
  const again = (): void => {
    atMs.push(clock.nowMs());
    if (atMs.length < 3) clock.after(5, again);
  };
  clock.after(5, again);
  clock.advance(100);
  assert.deepEqual(atMs, [5, 10, 15]);
});

test('a cancelled timer is not called', () => {
  const clock = createMemoryClock();
  const cancel = clock.after(5, () => assert.fail('it was cancelled'));
  cancel();
  clock.advance(10);
  assert.equal(clock.pending(), 0);
});
