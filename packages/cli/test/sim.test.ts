import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runMlb } from './run-mlb.ts';

const SMALL = ['--operators', '5', '--tasks', '1', '--jobs', '1'];

describe('mlb sim', () => {
  it('prints one object with --json, and ends with 0 when every invariant held', async () => {
    const { exit, stdout, stderr } = await runMlb(['sim', '--seeds', '4', ...SMALL, '--json']);
    assert.equal(exit, 0, stderr);
    const summary = JSON.parse(stdout);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.equal(summary.seeds, 4);
    for (const key of ['violations', 'conflicts', 'honestSlashes', 'unfinished']) assert.equal(summary[key], 0, key);
    assert.ok(summary.virtualOverReal > 0 && summary.seedsPerMinute > 0);
    assert.equal(summary.strategies[0].strategy, 'honest');
  });

  it('prints a table, and the same one for the same seeds', async () => {
    const args = ['sim', '--seeds', '2', '--from', '7', '--strategy', 'liar,silent', ...SMALL];
    const [first, second] = [await runMlb(args), await runMlb([...args.slice(0, -1), '2'])];
    const stable = (text: string): string => text.replace(/speed .*/, '');
    assert.match(first.stdout, /^CONDUCT +RUNS/);
    assert.match(first.stdout, /conflicting certificates +0/);
    assert.equal(stable(first.stdout), stable(second.stdout));
  });

  it('refuses a share above one and a strategy that nobody plays', async () => {
    for (const args of [
      ['--adversary', '1.5'],
      ['--strategy', 'angel'],
    ]) {
      const { exit, stderr } = await runMlb(['sim', ...args]);
      assert.equal(exit, 2, stderr);
    }
  });
});
