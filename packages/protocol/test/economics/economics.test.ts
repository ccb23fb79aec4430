import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climb, fall, rest } from '../../scripts/economics/reputation-tables.ts';
import { capture, liveness, wrongSettles } from '../../scripts/economics/safety-tables.ts';
import { shields, unilateral } from '../../scripts/economics/strategy-tables.ts';
import type { Table } from '../../scripts/economics/table.ts';

/** Cells of one column, by the first column that names the row. */
const columnOf = ({ columns, rows }: Table, name: string): (string | number)[] =>
  rows.map((row) => row[columns.indexOf(name)] ?? '');

test('T7: the real quorum and round sizes let as few wrong results settle as the design says', () => {
  const table = wrongSettles();
  assert.deepEqual(columnOf(table, 'measured'), columnOf(table, 'research'));
});

test('T9: an honest network certifies in round 0 as often as the design says', () => {
  const table = liveness();
  const [measured, expected] = [columnOf(table, 'measured'), columnOf(table, 'research')];
  for (const [i, cell] of measured.entries()) {
    const [quorum = 0, executions = 0] = String(cell).split('/').map(Number);
    const [quorumThere = 0, executionsThere = 0] = String(expected[i]).split('/').map(Number);
    assert.ok(Math.abs(quorum - quorumThere) <= 0.0006, `${cell} against ${expected[i]}`);
    assert.ok(Math.abs(executions - executionsThere) <= 0.011, `${cell} against ${expected[i]}`);
  }
});

test('T2b: the real draw captures committees as often as chance does', () => {
  assert.ok(columnOf(capture(1500), 'sigmas apart').every((sigmas) => Math.abs(Number(sigmas)) < 4));
});

test('T13, T15, T17: reputation climbs, falls and rests as the design says', () => {
  assert.deepEqual(columnOf(climb(), 'measured'), columnOf(climb(), 'research'));
  const digits = (cell: string | number): string => String(cell).replace(/^0/, '');
  assert.deepEqual(columnOf(rest(), 'measured').map(digits), columnOf(rest(), 'research'));
  const table = fall();
  const expected = columnOf(table, 'research');
  const measured = columnOf(table, 'measured').map(digits);
  assert.deepEqual(
    measured.filter((_, i) => expected[i] !== ''),
    expected.filter((cell) => cell !== ''),
  );
});

const profitOf = (table: Table, strategy: string): number => {
  const row = table.rows.find(([name]) => String(name).startsWith(strategy));
  assert.ok(row, strategy);
  return Number(row[table.columns.indexOf('R a duty')]);
};

test('T21: guessing, withholding and lying lose; copying earns what work earns', () => {
  for (const table of unilateral(15_000)) {
    for (const loser of [
      'guesses 100 % of duties, right in 50',
      'guesses 100 % of duties, right in 95',
      'always lies',
    ]) {
      assert.ok(profitOf(table, loser) < -1000, loser);
    }
    assert.ok(profitOf(table, 'guesses 100 %, right in 95 %, hides') < -1000);
    const honest = profitOf(table, 'all other');
    assert.ok(honest > 0.44 && honest < 0.46);
    assert.ok(Math.abs(profitOf(table, 'copies') - honest) < 0.02);
    assert.ok(profitOf(table, 'honest, 30 % offline') < honest);
  }
});

test('the strategies that docs/economics.md says pay still do: a rule that stops one is news', () => {
  const [own95, own70, , mended, , withheld] = shields(15_000);
  assert.ok(own95 && own70 && mended && withheld);
  assert.ok(profitOf(own95, 'guesses') > 0.9);
  assert.ok(profitOf(own70, 'guesses') > 0.6);
  assert.ok(profitOf(mended, 'guesses') < -100);
  assert.ok(profitOf(withheld, 'guesses 100 %, right in 95') > 0.9);
});
