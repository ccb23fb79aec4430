import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Bytes32, sha256, tag } from '@mlb/protocol';
import { temporaryDirectory } from '../store/directory.ts';
import { initGuardHome, openGuardHome } from './guard-home.ts';

const SIGNER = new URL('signing-child.ts', import.meta.url).pathname;
const KILLS = 4;

/** Runs the signer until it has signed `count` duties, kills it at once, and returns all it had told by then. */
const signUntilKilled = async (home: string, count: number): Promise<readonly (readonly [string, Bytes32])[]> => {
  const child = spawn(process.execPath, ['--conditions=@mlb/source', SIGNER, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const signed: [string, Bytes32][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [duty, digest] = line.split(' ');
    // The last line may be cut by the kill: then nobody heard of that signature.
    if (duty !== undefined && digest?.length === 66) signed.push([duty, Bytes32(digest)]);
    if (signed.length === count) child.kill('SIGKILL');
  }
  await exited;
  return signed;
};

test('after kill -9 in the middle of signing, the guard knows every duty that was signed', async (t) => {
  const home = await temporaryDirectory(t);
  await initGuardHome(home);
  const signed: (readonly [string, Bytes32])[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    signed.push(...(await signUntilKilled(home, 100 + 37 * kill)));
    const { guard, close } = await openGuardHome(home);
    for (const [duty, digest] of signed) {
      await guard.authorize(duty, digest);
      await assert.rejects(guard.authorize(duty, sha256(tag('something else'))), { code: 'DUTY_CONFLICT' });
    }
    await close();
  }
  assert.ok(signed.length >= 400);
});

test('two daemons cannot sign from one home', async (t) => {
  const home = await temporaryDirectory(t);
  await initGuardHome(home);
  const { close } = await openGuardHome(home);
  await assert.rejects(openGuardHome(home), { name: 'StoreError', code: 'STORE_LOCKED' });
  await close();
});
