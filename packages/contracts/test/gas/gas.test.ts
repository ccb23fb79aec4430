import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createTestChain } from '../support/chain.ts';
import { BATCH_MIXES, createGasBench } from '../support/gas.ts';

const SNAPSHOT = new URL('../../snapshots/gas.json', import.meta.url);
/** Room for a compiler's moods; a real change is larger. */
const TOLERANCE = 0.005;

test('gas of the main transactions is what snapshots/gas.json says (`pnpm gas:update` rewrites it)', async () => {
  await using chain = await createTestChain();
  const { gas, post } = await createGasBench(chain);
  // The first round touches everybody's slots once; the second is what a running network pays.
  for (const [turn, round] of ['first', 'steady'].entries()) {
    for (const [i, mix] of BATCH_MIXES.entries()) {
      const { leaves, requesters, executors } = mix;
      const used = await post(mix, turn * BATCH_MIXES.length + i);
      gas[`Settlement.post, ${leaves} leaves, ${requesters + executors} delta rows, ${round}`] = used;
    }
  }
  if (process.env.UPDATE_GAS === '1') await writeFile(SNAPSHOT, `${JSON.stringify(gas, undefined, 2)}\n`);
  const expected: Record<string, number> = JSON.parse(await readFile(SNAPSHOT, 'utf8'));
  assert.deepEqual(Object.keys(gas), Object.keys(expected));
  for (const [name, used] of Object.entries(gas)) {
    const was = expected[name] ?? 0;
    assert.ok(Math.abs(used - was) <= was * TOLERANCE, `${name}: ${used} gas, the snapshot says ${was}`);
  }
});
