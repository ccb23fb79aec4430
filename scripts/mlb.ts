// `npm run mlb -- VERB …` and `npm run demo`: builds what changed, without a word on stdout, then runs the CLI.
// `node scripts/mlb.ts VERB …`; exits with the CLI's code.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';

const BIN = 'packages/cli/dist/bin.js';

const build = (): boolean => {
  if (!existsSync(BIN)) process.stderr.write('building, the first time takes about half a minute\n');
  const { status, stdout, stderr, error } = spawnSync(
    'turbo',
    ['run', 'build', '--filter=@mlb/cli...', '--output-logs=errors-only', '--no-color'],
    { env: { ...process.env, DO_NOT_TRACK: '1' }, encoding: 'utf8' },
  );
  if (status !== 0) process.stderr.write(`${stdout}${stderr}${error?.message ?? ''}\n`);
  return status === 0;
};

const run = (args: readonly string[]): void => {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child by the terminal, and us a second time by npm: passed on it would count as the second one.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
};

if (build()) run(process.argv.slice(2));
else process.exitCode = 1;
