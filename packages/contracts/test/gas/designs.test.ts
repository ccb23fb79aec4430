import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { compareDesigns, type GasRow } from '../bench/designs.ts';
import { createTestChain } from '../support/chain.ts';

/** Block hashes draw other committees in every run, so that a few accounts more or less are touched: most where few are. */
const toleranceOf = (tasks: number): number => (tasks === 1 ? 0.15 : 0.03);

test('the gas of each design is what snapshots/designs.json says (`pnpm gas --update` rewrites it)', async () => {
  const snapshot = await readFile(new URL('../../snapshots/designs.json', import.meta.url), 'utf8');
  const expected = (JSON.parse(snapshot) as { rows: readonly GasRow[] }).rows;
  await using chain = await createTestChain();
  const rows = await compareDesigns(chain, [1, 10, 100]);
  for (const row of rows) {
    const was = expected.find(({ tasks }) => tasks === row.tasks);
    for (const design of ['paper', 'reports', 'ours', 'floor'] as const) {
      const [used, before] = [row[design], was?.[design] ?? 0];
      const text = `${design}, ${row.tasks} tasks: ${used} gas a task, the snapshot says ${before}`;
      assert.ok(Math.abs(used - before) <= before * toleranceOf(row.tasks), text);
    }
  }
});
