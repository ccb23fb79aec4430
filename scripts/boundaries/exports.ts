import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { ResolveExport } from './check.ts';

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | { readonly '@mlb/source'?: string }>>;
}

/** Reads which source file each workspace package exports under which name. */
export const readExports = (root: string): ResolveExport => {
  const files = globSync('packages/*/package.json', { cwd: root }).flatMap((file) => {
    const { name, exports = {} }: Manifest = JSON.parse(readFileSync(join(root, file), 'utf8'));
    return Object.entries(exports).map(([subpath, target]): readonly [string, string] => {
      const source = typeof target === 'string' ? target : (target['@mlb/source'] ?? '');
      return [posix.join(name, subpath), posix.join(dirname(file), source)];
    });
  });
  const byName = new Map(files);
  return (specifier) => byName.get(specifier);
};
