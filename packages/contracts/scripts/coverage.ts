// One report of lines and branches over all contracts, from the Solidity and the TypeScript tests together:
// `pnpm --filter @mlb/contracts coverage`. Exits 1 below 95 % of either, or when a test fails.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CoverageManager, coverageOf, printCoverage } from './instrument/report.ts';

const BAR_PERCENT = 95;
const ABI = 'cache/coverage/generated.ts';
const PRELOAD = resolve('scripts/instrument/preload.ts');
// Gas of instrumented contracts says nothing; the soundness of the ledger is TypeScript alone.
const EXCLUDED = /^test\/(gas|fraud\/soundness)/;
const SKIPPED = '--test-skip-pattern=gas';

const run = (args: readonly string[], env: Readonly<Record<string, string>>): boolean =>
  spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } })
    .status === 0;

process.env.HARDHAT_CONFIG = resolve('hardhat.coverage.config.ts');
process.env.HARDHAT_COVERAGE = 'true';
// What is covered is covered by the first few runs.
process.env.MLB_INVARIANT_RUNS ??= '16';
const { default: hre } = await import('hardhat');
const manager = (hre as unknown as { readonly _coverage: CoverageManager })._coverage;
manager.disableReport();

await hre.hooks.runHandlerChain('test', 'onTestRunStart', ['nodejs'], async () => {});
await hre.tasks.getTask(['test', 'solidity']).run({});
const isBuilt = run(['scripts/generate-abi.ts'], { MLB_ARTIFACTS: 'cache/coverage/artifacts', MLB_ABI: ABI });
const files = globSync('test/**/*.test.ts').filter((file) => !EXCLUDED.test(file));
const isGreen = run(
  ['--test', '--test-reporter=dot', SKIPPED, '--test-concurrency=1', '--conditions=@mlb/source', ...files.toSorted()],
  {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    MLB_COVERAGE_ABI: resolve(ABI),
  },
);
const { isEnough } = printCoverage(await coverageOf(manager, ['solidity', 'nodejs']), BAR_PERCENT);
if (!isBuilt || !isGreen) console.log('a TypeScript test failed, or did not run: run them without coverage');
process.exitCode = isBuilt && isGreen && isEnough && process.exitCode !== 1 ? 0 : 1;
