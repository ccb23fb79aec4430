/*
 * Seeds one bug at a time into a copy of this package and runs the tests of rounds and tasks against it. Every bug must make
 * a test fail: one that survives is a sentence that the suite does not say. `pnpm --filter @mlb/protocol mutate [name …]`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BUGS, type Bug } from './bugs.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** A round that never ends is a bug found. */
const TIMEOUT_MS = 180_000;
/** Cheapest first; a bug is done with at the first that fails. */
const SUITES: readonly (readonly string[])[] = [
  ['test/quorum/*.test.ts', 'test/certificate/*.test.ts', 'test/agreement/*.test.ts'],
  ['test/task/*.test.ts'],
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

const FLAGS = ['--test', '--test-isolation=none', '--test-reporter=tap', '--conditions=@mlb/source'];

/** The first failing test of a suite, at which the run is stopped; undefined when all pass. */
const failureIn = async (root: string, suite: readonly string[]): Promise<string | undefined> => {
  // The test runner catches the gentler ones, and a loop without end never lets it.
  const killSignal = 'SIGKILL';
  const env = { ...process.env, MLB_RUNS: '120', MLB_TASK_RUNS: '100' };
  const run = spawn(process.execPath, [...FLAGS, ...suite], { cwd: root, env, timeout: TIMEOUT_MS, killSignal });
  const ended = once(run, 'close');
  let failed: string | undefined;
  let complaint = 'it broke';
  run.stderr.on('data', (chunk: Buffer) => {
    complaint = chunk.toString();
  });
  for await (const line of createInterface({ input: run.stdout })) {
    failed ??= /^ *not ok \d+ - (.*)$/.exec(line)?.[1];
    if (failed !== undefined) run.kill(killSignal);
  }
  const [status, signal] = await ended;
  if (failed !== undefined || status === 0) return failed;
  return signal === null ? complaint : 'no end';
};

const judge = async (bug: Bug): Promise<Outcome> => {
  const root = createCopy();
  try {
    plant(root, bug);
    for (const suite of SUITES) {
      const by = await failureIn(root, suite);
      if (by !== undefined) return { isKilled: true, by };
    }
    return { isKilled: false };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const wanted = process.argv.slice(2);
const chosen = BUGS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const survivors: string[] = [];
// Tests that fail anyway kill nothing.
const sound = await judge({ name: 'none', edits: [] });
if (sound.isKilled) throw new Error(`without any bug: ${sound.by}`);
for (const bug of chosen) {
  const outcome = await judge(bug);
  if (!outcome.isKilled) survivors.push(bug.name);
  process.stdout.write(
    outcome.isKilled ? `killed    ${bug.name}\n          by ${outcome.by}\n` : `SURVIVED  ${bug.name}\n`,
  );
}
process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} bugs killed\n`);
process.exitCode = survivors.length === 0 ? 0 : 1;
