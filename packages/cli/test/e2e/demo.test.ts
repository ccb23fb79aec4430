import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksOf, type DemoReport } from '../../src/demo/figures.ts';
import { runMlb } from '../run-mlb.ts';

test('the demo prints exactly one JSON object on stdout, and every check of it holds', async () => {
  const { exit, stdout, stderr } = await runMlb(['demo', '--json'], { env: { HOME: process.env.HOME ?? '' } });
  assert.equal(exit, 0, stderr);
  assert.equal(stdout.trim().split('\n').length, 1);
  const report = JSON.parse(stdout) as DemoReport;
  assert.equal(report.schema, 'mlb.demo/1');
  assert.equal(report.tasks, 32);
  assert.deepEqual(
    checksOf(report).filter(({ ok }) => !ok),
    [],
  );
  // A committee of liar and equivocator is drawn in more than a quarter of the first tasks.
  assert.ok(report.batches > 0 && report.gasPerTask > 0 && report.latencyMs.p50 > 0);
});
