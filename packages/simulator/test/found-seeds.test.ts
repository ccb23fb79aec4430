import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PLAN_OPTIONS, drawPlan, runPlan, violationsOf } from '@mlb/simulator';

test('a commit said again after its committee changed by a decline is as old as it was', () => {
  const plan = drawPlan(702_504, { ...DEFAULT_PLAN_OPTIONS, operatorCount: 8 });
  assert.deepEqual(violationsOf(runPlan(plan)), []);
});
