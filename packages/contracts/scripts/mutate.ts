// Changes the contracts that hold money, one operator at a time, and sees whether their tests notice:
// `pnpm --filter @mlb/contracts mutate [--sample 60] [--seed 1] [--file Escrow]`. Everything takes hours; run it niced.
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { applyMutant, type Mutant, mutantsOf } from './mutate/operators.ts';
import { TARGETS, type Target } from './mutate/targets.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string', default: '' },
    trusted: { type: 'boolean', default: false },
  },
});
const require = createRequire(import.meta.url);
const WORK = resolve('cache/mutation');
const LOG = resolve('cache/mutation.jsonl');
const HARDHAT = resolve('node_modules/hardhat/dist/src/cli.js');
const TIMEOUT_MS = 300_000;

type Outcome = 'killed' | 'survived' | 'invalid';

const prepare = (): void => {
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(WORK, { recursive: true });
  for (const part of ['src', 'test', 'abi', 'scripts', 'bench', 'snapshots', 'hardhat.config.ts', 'package.json']) {
    cpSync(part, `${WORK}/${part}`, { recursive: true });
  }
  for (const part of ['artifacts', 'cache']) mkdirSync(`${WORK}/${part}`);
  symlinkSync(resolve('node_modules'), `${WORK}/node_modules`);
};

/** A run that hangs was killed by its mutant as well. */
const isGreen = (args: readonly string[]): boolean =>
  spawnSync(process.execPath, args, { cwd: WORK, stdio: 'ignore', timeout: TIMEOUT_MS }).status === 0;

/** Whether the compiler takes the file as it is now. */
const compiles = (file: string): boolean => {
  const solc = require('solc') as {
    compile: (input: string, callbacks: { import: (path: string) => object }) => string;
  };
  const read = (path: string): { contents: string } => ({
    contents: readFileSync(path.startsWith('src/') ? `${WORK}/${path}` : require.resolve(path), 'utf8'),
  });
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': [] } } };
  const input = { language: 'Solidity', sources: { [file]: { content: read(file).contents } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as {
    readonly errors?: readonly { readonly severity: string }[];
  };
  return output.errors?.every(({ severity }) => severity !== 'error') ?? true;
};

const passesSolidity = ({ solidityTests }: Target): boolean =>
  solidityTests.length === 0 || isGreen([HARDHAT, 'test', 'solidity', ...solidityTests]);
/** In TypeScript the contracts are what abi/generated.ts says. */
const passesNode = ({ nodeTests }: Target): boolean =>
  nodeTests.length === 0 ||
  (isGreen([HARDHAT, 'build', '--no-tests']) &&
    isGreen(['scripts/generate-abi.ts']) &&
    isGreen(['--test', '--test-skip-pattern=gas', '--conditions=@mlb/source', ...nodeTests]));
const passes = (target: Target): boolean => passesSolidity(target) && passesNode(target);

const judge = (target: Target, source: string, mutant: Mutant): Outcome => {
  writeFileSync(`${WORK}/${target.file}`, applyMutant(source, mutant));
  try {
    if (!compiles(target.file)) return 'invalid';
    return passes(target) ? 'survived' : 'killed';
  } finally {
    writeFileSync(`${WORK}/${target.file}`, source);
  }
};

/** Of all mutants, a part that only the seed decides. */
const choose = <T>(all: readonly T[], count: number, seed: number): readonly T[] => {
  let x = seed | 1;
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  return all
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ item }) => item);
};

prepare();
const targets = TARGETS.filter(({ file }) => file.includes(values.file));
const all = targets.flatMap((target) => {
  const source = readFileSync(target.file, 'utf8');
  return mutantsOf(source).map((mutant) => ({ target, source, mutant }));
});
const chosen = choose(all, Number(values.sample ?? all.length), Number(values.seed));
console.log(`${chosen.length} of ${all.length} mutants of ${targets.length} contracts`);
// `--trusted`: whoever just ran the tests need not wait for them again.
const broken = values.trusted
  ? undefined
  : targets.find((target) => chosen.some((one) => one.target === target) && !passes(target));
if (broken !== undefined) throw new Error(`the tests of ${broken.file} fail before anything was changed`);
const counts: Record<Outcome, number> = { killed: 0, survived: 0, invalid: 0 };
for (const { target, source, mutant } of chosen) {
  const outcome = judge(target, source, mutant);
  counts[outcome] += 1;
  const { operator, line, was } = mutant;
  appendFileSync(LOG, `${JSON.stringify({ file: target.file, line, operator, was, outcome })}\n`);
  if (outcome === 'survived') console.log(`survived: ${target.file}:${line} ${operator}: ${was}`);
}
const judged = counts.killed + counts.survived;
console.log(JSON.stringify({ ...counts, killedPercent: Math.round((1000 * counts.killed) / judged) / 10 }));
