import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../src/catalogue.ts';
import { isNoun } from '../src/command.ts';
import { lineScript, REPOSITORY, readmeBlocks, readmeScript } from './readme.ts';

const sh = (script: string) =>
  spawnSync('sh', ['-c', script], {
    cwd: REPOSITORY,
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', NODE: process.execPath },
    encoding: 'utf8',
  });

const verbsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bmlb ([a-z]+)(?: ([a-z]+))?/g)].map(([, noun = '', verb = '']) => {
    const entry = CATALOGUE[noun];
    return entry !== undefined && isNoun(entry) ? `${noun} ${verb}` : noun;
  });

/** `peer ls` of every `mlb peer ls …` in the README's blocks. */
const verbsShown = (): ReadonlySet<string> => {
  const blocks = readmeBlocks().filter(({ mark }) => mark !== 'fails' && mark !== 'shell');
  return new Set(verbsIn(blocks.flatMap(({ lines }) => lines).join('\n')));
};

/** Those that its text explains: they need an offender, or minutes. */
const verbsTold = (): readonly string[] => {
  const text = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  return verbsIn([...text.matchAll(/`(mlb [^`\n]*)`/g)].map(([, code = '']) => code).join('\n'));
};

const verbsThere = (): readonly string[] =>
  Object.entries(CATALOGUE).flatMap(([name, entry]) =>
    isNoun(entry) ? Object.keys(entry.verbs).map((verb) => `${name} ${verb}`) : [name],
  );

describe("the README's mistakes", () => {
  const lines = readmeBlocks().flatMap((block) => (block.mark === 'fails' ? block.lines : []));

  it('are several, each with its exit code', () => {
    assert.ok(lines.length >= 5);
    for (const line of lines) assert.match(line, /^mlb .* # \d+: /);
  });

  for (const line of lines) {
    const [, command = '', exit = '', said = ''] = /^(.*?)\s+# (\d+): (.*)$/.exec(line) ?? [];
    it(`${command} exits with ${exit}`, () => {
      const { status, stdout, stderr } = sh(lineScript(command));
      assert.equal(status, Number(exit), stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^error .+\n( {2}next {2}.+\n)? {2}code {2}[A-Z_]+\n$/);
      if (said.startsWith('did you mean')) assert.ok(stderr.includes(said), stderr);
    });
  }
});

describe('the README', () => {
  it('shows no command that is not there', () => {
    const known = new Set(verbsThere());
    assert.deepEqual(
      [...verbsShown()].filter((verb) => !known.has(verb)),
      [],
    );
  });

  it('shows every command in a block or in its text', () => {
    // `demo` stands at the top as `npm run demo`, `settle run` is started by the devnet.
    const shown = new Set([...verbsShown(), ...verbsTold(), 'demo', 'settle run']);
    assert.deepEqual(
      verbsThere().filter((verb) => !shown.has(verb)),
      [],
    );
  });

  it('has blocks that a shell can read', () => {
    for (const mark of ['shell', 'devnet', 'devnet and alice', 'fails'] as const) {
      assert.equal(spawnSync('sh', ['-n', '-c', readmeScript(mark)]).status, 0, mark);
    }
  });
});
