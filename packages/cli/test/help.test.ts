import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../src/catalogue.ts';
import { isNoun } from '../src/command.ts';
import { runMlb } from './run-mlb.ts';

const verbs = Object.entries(CATALOGUE).flatMap(([name, entry]) =>
  isNoun(entry) ? Object.keys(entry.verbs).map((verb) => [name, verb]) : [[name]],
);

/** The words of a command line that --help documents: arguments and flags. */
const documented = (help: string): string =>
  help.slice(0, help.indexOf('\nGlobal Options:')).replaceAll(/ {2,}/g, '  ');

describe('--help', () => {
  it('names every command', async (t) => {
    const { exit, stdout, stderr } = await runMlb(['--help']);
    assert.equal(exit, 0, stderr);
    for (const name of Object.keys(CATALOGUE)) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
    t.assert.snapshot(stdout);
  });

  for (const words of verbs.filter(([noun]) => noun !== 'devnet' && noun !== 'demo')) {
    it(`of mlb ${words.join(' ')} is complete`, async (t) => {
      const { exit, stdout, stderr } = await runMlb([...words, '--help']);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /Global Options:[\s\S]*--home/);
      t.assert.snapshot(documented(stdout));
    });
  }

  it('is also `mlb help VERB`, on stdout', async () => {
    const asked = await runMlb(['help', 'peer', 'dial']);
    const flagged = await runMlb(['peer', 'dial', '--help']);
    assert.deepEqual(asked, flagged);
  });

  it('is what a noun without a verb gets, on stderr, with 2', async () => {
    const { exit, stdout, stderr } = await runMlb(['task']);
    assert.equal(exit, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /submit\s+order an inference/);
  });

  it('and --version: prints only the version', async () => {
    const { exit, stdout } = await runMlb(['--version']);
    assert.equal(exit, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
