// Part of `check`: the arrows between the packages, the floors of packages/protocol and its purity, the ports, and what
// a start of the CLI may load (ARCHITECTURE.md). Exits 1 and names file, line and rule of each violation.
import { fileURLToPath } from 'node:url';
import { checkBoundaries } from './boundaries/check.ts';
import { readExports } from './boundaries/exports.ts';
import { readSources } from './boundaries/source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(root);
const violations = checkBoundaries(sources, readExports(root));
for (const { at, what } of violations) console.error(`${at}: ${what}`);
console.log(`boundaries: ${sources.size} files, ${violations.length} violations`);
process.exitCode = violations.length === 0 && sources.size > 0 ? 0 : 1;
