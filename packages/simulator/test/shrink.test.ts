import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PLAN_OPTIONS, drawPlan, minimise, runPlan, shrink, violationsOf } from '@mlb/simulator';

test('the least part of a list that still fails is found', () => {
  const list = Array.from({ length: 40 }, (_, i) => i);
  const isFailing = (part: readonly number[]): boolean => part.includes(7) && part.includes(31);
  assert.deepEqual(minimise(list, isFailing, { left: 500 }), [7, 31]);
});

test('without a budget the list stays as it is', () => {
  assert.deepEqual(
    minimise([1, 2], () => true, { left: 0 }),
    [1, 2],
  );
});

test('a failing run is reduced to the order and the messages that it needs', () => {
  const plan = drawPlan(6, { ...DEFAULT_PLAN_OPTIONS, operatorCount: 6, orderCount: 3, maxFaults: 6 });
  const mutation = 'locks-twice' as const;
  const isFailing = (outcome: ReturnType<typeof runPlan>): boolean =>
    violationsOf(outcome).some((violation) => violation.startsWith('I8 operator 0'));
  assert.ok(isFailing(runPlan(plan, { mutation })), 'the run does not fail to begin with');
  const { plan: small, outcome, events } = shrink(plan, isFailing, { mutation, budget: 160 });
  assert.ok(isFailing(outcome));
  assert.equal(small.orders.length, 1);
  assert.deepEqual(small.faults, []);
  assert.ok(small.suppressed.length > 0);
  assert.ok(events.some((line) => /order \d is/.test(line)));
});
