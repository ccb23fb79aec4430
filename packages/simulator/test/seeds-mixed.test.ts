import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSeeds, FIRST_SEED, sum } from './seeds.ts';

test('250 seeded networks with a fifth dishonest and faults everywhere keep every invariant', (t) => {
  const reports = assertSeeds({ from: FIRST_SEED, count: 250 }, { operatorCount: 7 });
  const counts = {
    settled: sum(reports, ({ settled }) => settled),
    disputed: sum(reports, ({ disputed }) => disputed),
    audited: sum(reports, ({ audited }) => audited),
    judged: sum(reports, ({ judged }) => judged),
    crashes: sum(reports, ({ crashes }) => crashes),
    reorgs: sum(reports, ({ reorgs }) => reorgs),
    later: sum(reports, ({ settledLater }) => settledLater),
  };
  t.diagnostic(JSON.stringify(counts));
  for (const [what, count] of Object.entries(counts)) assert.ok(count > 0, `no run had ${what}`);
});
