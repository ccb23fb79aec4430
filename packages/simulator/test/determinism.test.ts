import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nobleSecp256k1 } from '@mlb/protocol';
import { DEFAULT_PLAN_OPTIONS, drawPlan, runPlan, violationsOf } from '@mlb/simulator';

test('one seed is one run, to the last event', () => {
  for (const seed of [2, 27, 34]) {
    const plan = drawPlan(seed, DEFAULT_PLAN_OPTIONS);
    assert.deepEqual(drawPlan(seed, DEFAULT_PLAN_OPTIONS), plan);
    const [first, second] = [runPlan(plan), runPlan(plan)];
    assert.equal(first.traceHash, second.traceHash);
    assert.equal(first.eventCount, second.eventCount);
    assert.deepEqual(first.ledger, second.ledger);
  }
});

test('another seed is another run', () => {
  const hashes = [1, 2, 3].map((seed) => runPlan(drawPlan(seed, DEFAULT_PLAN_OPTIONS)).traceHash);
  assert.equal(new Set(hashes).size, 3);
});

test('taking a fault out of a run leaves the delays of all other messages as they were', () => {
  const plan = drawPlan(2, { ...DEFAULT_PLAN_OPTIONS, maxFaults: 0 });
  const late = { type: 'loss', fromMs: 600_000, untilMs: 601_000, rate: 0.5 } as const;
  const [without, with_] = [plan, { ...plan, faults: [late] }].map((each) => runPlan(each, { isTraced: true }));
  assert.deepEqual(without?.lines, with_?.lines);
});

test('a run with real secp256k1 signatures keeps every invariant and settles', () => {
  const plan = drawPlan(1, {
    ...DEFAULT_PLAN_OPTIONS,
    operatorCount: 6,
    orderCount: 1,
    adversaryShare: 0,
    maxFaults: 0,
  });
  const outcome = runPlan(plan, { secp256k1: nobleSecp256k1 });
  assert.deepEqual(violationsOf(outcome), []);
  assert.equal(outcome.ledger.batches.length, 1);
});
