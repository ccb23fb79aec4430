import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createPublicClient, http } from 'viem';

const L2 = fileURLToPath(new URL('../../src/devnet/l2.ts', import.meta.url));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

const spawnL2 = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [L2, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  return child;
};

const firstLine = async (child: ChildProcess): Promise<string> => {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('l2 ended without a line');
};

test('it announces a mining chain with funded accounts, and ends when its parent closes the pipe', async () => {
  const child = spawnL2('--block-time-ms', '20', '--chain-id', '4242');
  const { rpcUrl, chainId } = JSON.parse(await firstLine(child));
  const client = createPublicClient({ transport: http(rpcUrl), pollingInterval: 10 });
  assert.equal(chainId, 4242);
  assert.equal(await client.getChainId(), 4242);
  // The first account of the standard mnemonic.
  assert.ok((await client.getBalance({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' })) > 0n);
  const start = await client.getBlockNumber({ cacheTime: 0 });
  await new Promise<void>((resolve) => {
    const unwatch = client.watchBlockNumber({
      onBlockNumber: (number) => {
        if (number < start + 2n) return;
        unwatch();
        resolve();
      },
    });
  });

  const taken = spawnL2('--port', new URL(rpcUrl).port);
  let complaint = '';
  taken.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const [takenCode] = await once(taken, 'close');
  assert.equal(takenCode, 1);
  assert.match(complaint, /in use: choose another --port/);

  const ended = once(child, 'exit');
  child.stdin?.end();
  const [code] = await ended;
  assert.equal(code, 0);
});

test('SIGTERM ends it cleanly', async () => {
  const child = spawnL2();
  await firstLine(child);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code, signal] = await ended;
  assert.deepEqual([code, signal], [0, null]);
});

test('a wrong option is refused with what was expected', async () => {
  const child = spawnL2('--block-time-ms', 'soon');
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(complaint, /--block-time-ms soon: expected a whole number/);
});
