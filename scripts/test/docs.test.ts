import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Documents name files from the root, or from the node's source in tables about its rooms. */
const exists = (path: string): boolean => ['', 'packages/node/src'].some((base) => existsSync(join(root, base, path)));

describe('the documents', () => {
  for (const document of documents) {
    const text = read(document);

    test(`${document} names files that exist`, () => {
      const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|sol|md|json|onnx|toml))`/g)];
      const missing = named.map(([, path = '']) => path).filter((path) => !exists(path));
      assert.deepEqual([...new Set(missing)], []);
    });

    test(`${document} links to files that exist`, () => {
      const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
      const missing = linked.filter((path) => !existsSync(join(root, dirname(document), path)));
      assert.deepEqual(missing, []);
    });
  }
});

test('INVARIANTS.md names tests that exist, by file and title', () => {
  const shown = [...read('INVARIANTS.md').matchAll(/^- Shown[^:]*: `([^`]+)` "([^"]+)"/gm)];
  const missing = shown.filter(
    ([, file = '', title = '']) => !existsSync(join(root, file)) || !read(file).includes(title),
  );
  assert.ok(shown.length > 0);
  assert.deepEqual(
    missing.map(([line]) => line),
    [],
  );
});
