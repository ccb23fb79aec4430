// Gas of settling 1 to 10 000 tasks by the white paper's design, by one report a task, by ours, and the floor, all on one
// embedded chain: `npm run --silent gas -- --json`. `--tasks 1,10` takes fewer; `--update` writes these rows to the snapshot.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { barsOf } from '../test/bench/bars.ts';
import { compareDesigns, type GasRow } from '../test/bench/designs.ts';
import { createTestChain } from '../test/support/chain.ts';

const SNAPSHOT = new URL('../snapshots/designs.json', import.meta.url);
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    tasks: { type: 'string', default: '1,10,100,1000,10000' },
  },
});

const tableOf = (rows: readonly GasRow[]): string => {
  const heads = ['tasks', "paper's design", 'report a task', 'ours', 'batches', 'floor', 'x floor', 'ours, one batch'];
  const cells = rows.map(({ tasks, paper, reports, ours, batches, floor, timesFloor, oneBatch }) =>
    [tasks, paper, reports, ours, batches, floor, timesFloor, oneBatch?.ours ?? '-'].map(String),
  );
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)));
  return [heads, ...cells].map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')).join('\n');
};

const startedAtMs = Date.now();
await using chain = await createTestChain();
const rows = await compareDesigns(chain, values.tasks.split(',').map(Number));
const bars = barsOf(rows);
const result = { schema: 'mlb.gas/1', unit: 'gas a task', requesters: 100, operators: 32, rows, bars };
if (values.update) {
  const before = JSON.parse(await readFile(SNAPSHOT, 'utf8')) as { readonly rows: readonly GasRow[] };
  const kept = before.rows.filter(({ tasks }) => rows.every((row) => row.tasks !== tasks));
  const merged = [...kept, ...rows].sort((a, b) => a.tasks - b.tasks);
  const snapshot = { ...result, rows: merged, bars: barsOf(merged) };
  await writeFile(SNAPSHOT, `${JSON.stringify(snapshot, undefined, 2)}\n`);
}
if (values.json) console.log(JSON.stringify({ ...result, seconds: (Date.now() - startedAtMs) / 1000 }));
else {
  console.log(`gas a task, 100 requesters, 32 operators\n${tableOf(rows)}\n`);
  for (const { what, most, measured, isMet } of bars) {
    console.log(`${isMet ? 'met    ' : 'NOT met'} ${what}: ${measured}, at most ${most}`);
  }
}
