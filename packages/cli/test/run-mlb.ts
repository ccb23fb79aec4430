import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { startTestApi, type TestApi, TOKEN } from '../../node/test/api/test-server.ts';

const BIN = new URL('../src/bin.ts', import.meta.url).pathname;

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** One real `mlb` process with an environment of its own. */
export const runMlb = async (args: readonly string[], { stdin = '', env = {}, cwd }: RunOptions = {}): Promise<Ran> => {
  const child = spawn(process.execPath, ['--conditions=@mlb/source', BIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env },
    stdio: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const ended = Promise.withResolvers<number | null>();
  child.on('error', ended.reject);
  child.on('close', (exit) => ended.resolve(exit));
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
  return { exit, stdout, stderr };
};

/** A directory that the test's end removes. */
export const scratch = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'mlb-cli-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

export interface TestHome extends TestApi {
  readonly home: string;
  /** mlb with this home. */
  readonly mlb: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
}

/** A home whose daemon runs: the real API server before a daemon in memory. */
export const startHome = async (t: TestContext): Promise<TestHome> => {
  const home = await scratch(t);
  await writeFile(join(home, 'token'), `${TOKEN}\n`, { mode: 0o600 });
  const api = await startTestApi(t, { urlFile: join(home, 'api.url') });
  return { ...api, home, mlb: (args, options) => runMlb(['--home', home, ...args], options) };
};

export interface FailureBody {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

/** The error that --json wrote to stderr. */
export const failureOf = ({ stderr }: Ran): FailureBody => {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { readonly error: FailureBody }).error;
};
