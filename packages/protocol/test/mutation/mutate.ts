/*
 * Seeds one bug at a time into a copy of this package and runs the tests of rounds and tasks against it. Every bug must make
 * a test fail: one that survives is a sentence that the suite does not say. `pnpm --filter @mlb/protocol mutate [name]`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUGS, type Bug } from './bugs.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** A round that never ends is a bug found. */
const TIMEOUT_MS = 240_000;
/** Cheapest first; a bug is done with at the first that fails. */
const SUITES: readonly (readonly string[])[] = [
  ['test/agreement/*.test.ts', 'test/task/*.test.ts', 'test/quorum/*.test.ts', 'test/certificate/*.test.ts'],
  ['test/sim/*.property.test.ts'],
  ['test/sim/explorer.test.ts'],
];

type Outcome = { readonly isKilled: true; readonly by: string } | { readonly isKilled: false };

const createCopy = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'mlb-mutate-'));
  for (const name of ['src', 'test', 'package.json'])
    cpSync(join(PACKAGE, name), join(root, name), { recursive: true });
  symlinkSync(join(PACKAGE, 'node_modules'), join(root, 'node_modules'));
  return root;
};

const plant = (root: string, { name, edits }: Bug): void => {
  for (const { file, find, replace } of edits) {
    const path = join(root, 'src', file);
    const text = readFileSync(path, 'utf8');
    if (text.split(find).length !== 2) throw new Error(`${name}: ${file} must hold exactly once: ${find}`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
};

/** The first failing test of a suite, or undefined when all pass. */
const failureIn = (root: string, suite: readonly string[]): string | undefined => {
  const flags = ['--test', '--test-isolation=none', '--test-reporter=tap', '--conditions=@mlb/source'];
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [...flags, ...suite], {
    cwd: root,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, MLB_RUNS: '120', MLB_TASK_RUNS: '40' },
  });
  if (status === 0) return undefined;
  const failed = stdout.match(/^ *not ok \d+ - (.*)$/m)?.[1];
  return (
    failed ??
    (signal === null ? `(${stderr.split('\n').find((line) => line.includes('Error')) ?? 'it broke'})` : '(no end)')
  );
};

const judge = (bug: Bug): Outcome => {
  const root = createCopy();
  try {
    plant(root, bug);
    for (const suite of SUITES) {
      const by = failureIn(root, suite);
      if (by !== undefined) return { isKilled: true, by };
    }
    return { isKilled: false };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const [wanted] = process.argv.slice(2);
const chosen = BUGS.filter(({ name }) => wanted === undefined || name.includes(wanted));
const survivors: string[] = [];
for (const bug of chosen) {
  const outcome = judge(bug);
  if (!outcome.isKilled) survivors.push(bug.name);
  process.stdout.write(
    outcome.isKilled ? `killed    ${bug.name}\n          by ${outcome.by}\n` : `SURVIVED  ${bug.name}\n`,
  );
}
process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} bugs killed\n`);
process.exitCode = survivors.length === 0 ? 0 : 1;
