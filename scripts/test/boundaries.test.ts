import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkBoundaries } from '../boundaries/check.ts';
import { readExports } from '../boundaries/exports.ts';
import { parseSource, readSources } from '../boundaries/source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const resolveExport = readExports(root);

/** What the check says of the given files, as `path:line: what`. */
const judge = (files: Readonly<Record<string, string>>): readonly string[] => {
  const sources = Object.entries(files).map(([path, text]) => [path, parseSource(path, text)] as const);
  return checkBoundaries(new Map(sources), resolveExport).map(({ at, what }) => `${at}: ${what}`);
};

const inProtocol = (text: string): readonly string[] => judge({ 'packages/protocol/src/quorum/seat.ts': text });

describe('arrows between packages', () => {
  test('protocol may not import the node', () => {
    assert.deepEqual(inProtocol("import { startNode } from '@mlb/node';\n"), [
      'packages/protocol/src/quorum/seat.ts:1: protocol imports node: the arrows do not point there',
      'packages/protocol/src/quorum/seat.ts:1: imports @mlb/node: not one of the pure libraries',
    ]);
  });

  test('the node may import the protocol, the cli may import the client', () => {
    const files = {
      'packages/node/src/engine/engine.ts': "import { step } from '@mlb/protocol';\n",
      'packages/cli/src/peer.ts': "import { createApiClient } from '@mlb/node/client';\n",
    };
    assert.deepEqual(judge(files), []);
  });

  test('another package is entered by its exports, not by a path', () => {
    const files = {
      'packages/cli/src/a.ts': "import { step } from '../../node/src/engine/engine.ts';\n",
      'packages/cli/src/b.ts': "import { step } from '@mlb/node/engine';\n",
    };
    assert.deepEqual(judge(files), [
      'packages/cli/src/a.ts:1: imports ../../node/src/engine/engine.ts: enter another package by its exports',
      'packages/cli/src/b.ts:1: @mlb/node/engine is no export of its package',
    ]);
  });
});

test('tests may share fixtures, along the arrows only', () => {
  const fixture = (from: string, to: string) =>
    judge({ [`packages/${from}/test/a.ts`]: `import a from '../../${to}/test/b.ts';\n` });
  assert.deepEqual(fixture('cli', 'node'), []);
  assert.equal(fixture('node', 'cli').length, 1);
});

describe('floors of the protocol', () => {
  test('a room imports from the floors below its own', () => {
    assert.deepEqual(
      inProtocol("import { fromHex } from '../primitives/hex.ts';\nimport { a } from './threshold.ts';\n"),
      [],
    );
  });

  test('a room imports neither from above nor from beside itself', () => {
    assert.deepEqual(
      inProtocol("\nimport { draw } from '../committee/draw.ts';\nexport * from '../tensor/medoid.ts';\n"),
      [
        'packages/protocol/src/quorum/seat.ts:2: quorum imports committee, which is not below it',
        'packages/protocol/src/quorum/seat.ts:3: quorum imports tensor, which is not below it',
      ],
    );
  });

  test('a type-only import is an import', () => {
    assert.equal(inProtocol("import type { Draw } from '../committee/draw.ts';\n").length, 1);
  });

  test('a new room must be given its floor', () => {
    assert.match(judge({ 'packages/protocol/src/attic/box.ts': '' })[0] ?? '', /lies in no room/);
  });
});

describe('purity of the protocol', () => {
  for (const impure of [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'await x',
    '`$' + '{Date.now()}`',
    'performance.now()',
  ]) {
    test(`${impure} is found`, () => {
      assert.equal(inProtocol(`\nconst now = ${impure};\n`).length, 1);
      assert.match(inProtocol(`\nconst now = ${impure};\n`)[0] ?? '', /seat\.ts:2: /);
    });
  }

  for (const library of ['node:crypto', 'viem', 'libp2p']) {
    test(`${library} is found`, () => {
      assert.equal(inProtocol(`import x from '${library}';\n`).length, 1);
    });
  }

  test('comments and strings may name what code may not use', () => {
    assert.deepEqual(
      inProtocol("// no Date.now() here\n/** async */\nconst a = 'Math.random';\nconst b = `Date`;\n"),
      [],
    );
  });
});

describe('ports', () => {
  test('a port imports no adapter', () => {
    const files = { 'packages/node/src/port/store.ts': "import type { Level } from 'level';\n" };
    assert.match(judge(files)[0] ?? '', /a port names the protocol and other ports only/);
  });
});

describe('what a start loads', () => {
  const client = 'packages/node/src/api/client.ts';

  test('a library behind three imports of the client is found, with the way to it', () => {
    const files = {
      [client]: "import { a } from './a.ts';\n",
      'packages/node/src/api/a.ts': "export * from '../network/b.ts';\n",
      'packages/node/src/network/b.ts': "import { createLibp2p } from 'libp2p';\n",
    };
    assert.deepEqual(judge(files), [`packages/node/src/network/b.ts:1: ${client} > a.ts > b.ts loads libp2p`]);
  });

  test('a type-only import loads nothing', () => {
    const files = {
      [client]: "import type { a } from './a.ts';\n",
      'packages/node/src/api/a.ts': "import fastify from 'fastify';\n",
    };
    assert.deepEqual(judge(files), []);
  });

  test('the CLI starts with the client only, and reaches the daemon by import() when a verb runs', () => {
    const main = 'packages/cli/src/main.ts';
    assert.deepEqual(judge({ [main]: "const { startNode } = await import('@mlb/node');\n" }), []);
    assert.deepEqual(judge({ [main]: "import { startNode } from '@mlb/node';\n" }), [
      `${main}:1: ${main} loads @mlb/node`,
    ]);
  });
});

test('this repository keeps its boundaries', () => {
  const sources = readSources(root);
  assert.ok(sources.has('packages/protocol/src/index.ts'));
  assert.deepEqual(checkBoundaries(sources, resolveExport), []);
});
