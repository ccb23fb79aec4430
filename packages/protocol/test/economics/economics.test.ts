import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captures, coalitionOf } from '../../scripts/economics/coalition-tables.ts';
import { falseQuarantine } from '../../scripts/economics/incentive-tables.ts';
import { ratchet } from '../../scripts/economics/price-tables.ts';
import { climb, fall, rest } from '../../scripts/economics/reputation-tables.ts';
import { capture, liveness, sampledCaptures, wrongSettles } from '../../scripts/economics/safety-tables.ts';
import { evasive, unilateral, withoutRules, youngModels } from '../../scripts/economics/strategy-tables.ts';
import type { Table } from '../../scripts/economics/table.ts';

/** Cells of one column. */
const columnOf = ({ columns, rows }: Table, name: string): (string | number)[] =>
  rows.map((row) => row[columns.indexOf(name)] ?? '');

test('T7: the real quorum and round sizes let as few wrong results settle as the design says', () => {
  const table = wrongSettles();
  assert.deepEqual(columnOf(table, 'measured'), columnOf(table, 'research'));
});

test('T7: tasks drawn one by one settle wrong results as often as the enumeration says, within four standard errors', () => {
  for (const sigmas of columnOf(sampledCaptures(20_000), 'sigmas apart')) assert.ok(Math.abs(Number(sigmas)) < 4);
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

const rowOf = (table: Table | undefined, strategy: string): (string | number)[] => {
  const row = table?.rows.find(([name]) => String(name).startsWith(strategy));
  assert.ok(row, strategy);
  return [...row];
};
const profitOf = (table: Table | undefined, strategy: string): number =>
  Number(rowOf(table, strategy)[table?.columns.indexOf('R a duty') ?? 0]);
const paysIn = (table: Table): (string | number)[] =>
  table.rows.filter((row) => row[table.columns.indexOf('pays')] === 'MORE THAN HONEST').map(([name]) => name ?? '');

test('T21: only who guesses nearly always right, or is handed results, earns more than honest work', () => {
  for (const table of unilateral(12_000)) {
    assert.deepEqual(paysIn(table), ['guesses 100 % of duties, right in 99.9 %', 'is handed results by a partner']);
    const honest = profitOf(table, 'all other');
    assert.ok(honest > 0.37 && honest < 0.43, `${honest}`);
    assert.ok(profitOf(table, 'guesses 100 % of duties, right in 95') < -1000);
    assert.ok(profitOf(table, 'always lies') < -100_000);
    assert.ok(Math.abs(profitOf(table, 'copies') - honest) < 0.02);
    assert.ok(profitOf(table, 'honest, 30 % offline') < honest);
  }
});

test('whoever evades a rule earns less than honest work: late, declining, hiding, flipping, disputing, alone in its class', () => {
  const [evaders, griefer, , loneClass] = evasive(40_000);
  assert.ok(evaders && griefer && loneClass);
  for (const table of [evaders, griefer, loneClass]) assert.deepEqual(paysIn(table), []);
  for (const loser of [
    'late copier',
    'passes on every',
    'guesses (95 %), then reveals',
    'guesses (95 %), then falls',
  ]) {
    assert.ok(profitOf(evaders, loser) < -100, loser);
  }
  // It loses, but so do all others: docs/economics.md, what is open.
  assert.ok(profitOf(griefer, 'griefing dissenter') < profitOf(griefer, 'all other') - 0.3);
  assert.ok(profitOf(griefer, 'all other') < 0.1);
  assert.ok(profitOf(loneClass, 'guesses 100 % of duties, right in 70') < -1000);
});

test('R2: each rule is needed: without it a strategy pays or costs nothing', () => {
  const [lone, withheld, quiet, forgotten, declined] = withoutRules(12_000);
  assert.ok(profitOf(lone, 'guesses 100 % of duties, right in 95') > 0.9);
  assert.ok(profitOf(withheld, 'guesses 100 %, right in 95') > 0.9);
  assert.ok(profitOf(quiet, 'guesses 100 % of duties, right in 95') > 0.9);
  assert.ok(profitOf(forgotten, 'guesses (95 %), then reveals') > 0.9);
  assert.ok(profitOf(forgotten, 'guesses 100 %, right in 95 %, hides') > 0.9);
  assert.ok(profitOf(declined, 'passes on every') > -1);
});

test('R2b: on young models guessing right in 98 % ends below the draw, and hiding costs stake', () => {
  const [young] = youngModels(40_000);
  assert.ok(profitOf(young, 'guesses 100 %, right in 99 %, hides') < -100);
  for (const guesser of ['guesses 100 % of duties, right in 95', 'guesses 100 % of duties, right in 98']) {
    assert.equal(rowOf(young, guesser)[3], 'no', guesser);
  }
});

test('C1: a coalition of a fifth or three tenths that lies or guesses loses, whatever class it declares', () => {
  for (const copies of [20, 30]) {
    const [shares, ...liars] = coalitionOf(copies, 4000);
    assert.ok(shares);
    assert.ok(profitOf(shares, 'shares') > 0.5);
    for (const table of liars) assert.ok(Number(table.rows[0]?.[1]) < -100, String(table.rows[0]?.[0]));
  }
});

test('C2: a coalition of a fifth that owns a whole committee loses stake, also when it gives in or has its own class', () => {
  const table = captures(60);
  const losses = columnOf(table, 'loss MLB').map(Number);
  assert.ok([0, 1, 2, 3].every((row) => (losses[row] ?? 0) > 30_000));
  // Gives in, and nobody looks at earlier rounds: why they are judged.
  assert.equal(losses[4], 0);
  // A young model excuses a class of its own: the one lie that costs nothing (docs/economics.md).
  assert.ok((losses[7] ?? 0) < 2000);
});

test('R1, R3: capacity by lots keeps the fee where demand is steady, and silence puts no model in quarantine', () => {
  const [steady] = ratchet().rows;
  assert.deepEqual(steady?.slice(1), ['1.00', '1.00', '1.00', '1.00']);
  const quarantine = falseQuarantine(60);
  const honest = quarantine.rows.filter((row) => row[2] === 0.0001);
  assert.ok(honest.length > 0 && honest.every((row) => row[3] === '0.0 %'));
});
