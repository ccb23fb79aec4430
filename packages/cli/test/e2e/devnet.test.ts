import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { REPOSITORY, readmeScript } from '../readme.ts';

const BIN = new URL('../../src/bin.ts', import.meta.url).pathname;
const SOURCE = '--conditions=@mlb/source';

let root: string;
let devnet: ChildProcess;
let firstLine: string;
const started: ChildProcess[] = [];

const spawnMlb = (args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [SOURCE, BIN, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: REPOSITORY,
  });
  started.push(child);
  return child;
};

/** The first line a process prints on stdout, or an error when it ends before. */
const lineOf = async (child: ChildProcess): Promise<string> => {
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${code} before it printed a line`))),
  ]);
  return line;
};

const endOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

/** Runs a script of the README's blocks as its reader would. */
const runScript = async (script: string): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = spawn('sh', ['-c', script], {
    cwd: REPOSITORY,
    env: { ...process.env, NODE: process.execPath, DEVNET: root, MLB_HOME: join(root, 'requester') },
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), endOf(child)]);
  return { code, output: stdout + stderr };
};

before(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'mlb-e2e-')), 'devnet');
  devnet = spawnMlb(['devnet', 'up', '--nodes', '5', '--dir', root, '--json', '--quiet']);
  firstLine = await lineOf(devnet);
});

after(async () => {
  for (const child of started.reverse()) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await endOf(child);
  }
  await rm(join(root, '..'), { recursive: true, force: true });
});

describe('mlb devnet up --json', () => {
  it('prints one line when it is ready: endpoints, contracts, nodes', () => {
    const ready = JSON.parse(firstLine);
    assert.equal(ready.schema, 'mlb.devnet/1');
    assert.match(ready.rpcUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(ready.nodes.length, 5);
    for (const key of ['home', 'api', 'tokenFile', 'multiaddr', 'peerId', 'operator']) {
      assert.equal(typeof ready.nodes[0][key], 'string', key);
    }
    assert.match(ready.contracts.settlement, /^0x[0-9a-f]{40}$/);
  });
});

describe("the README's walk-through", () => {
  it('works on the devnet, line by line', async () => {
    const { code, output } = await runScript(readmeScript('devnet'));
    assert.equal(code, 0, output);
    assert.match(output, /settled/);
  });

  it('works for a daemon of one’s own', async () => {
    const alice = spawnMlb(['node', 'start', '--home', join(root, 'alice'), '--json']);
    await lineOf(alice);
    const { code, output } = await runScript(readmeScript('devnet and alice'));
    assert.equal(code, 0, output);
    alice.kill('SIGINT');
    assert.equal(await endOf(alice), 0);
  });
});

describe('stopping a devnet', () => {
  it('ends every process and exits with 0', async () => {
    devnet.kill('SIGINT');
    assert.equal(await endOf(devnet), 0);
  });
});
