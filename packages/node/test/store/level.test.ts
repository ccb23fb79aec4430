import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openLevelStore } from '../../src/store/level.ts';
import { temporaryDirectory } from './directory.ts';

const run = promisify(execFile);
const storeError = (code: string) => ({ name: 'StoreError', code });
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

test('a second opener is told that the store is locked', async (t) => {
  const path = join(await temporaryDirectory(t), 'db');
  const store = await openLevelStore(path, { create: true });
  await assert.rejects(openLevelStore(path, { create: false }), storeError('STORE_LOCKED'));
  await store.close();
  await (await openLevelStore(path, { create: false })).close();
});

test('after init a missing store is an error, not a new one', async (t) => {
  const path = join(await temporaryDirectory(t), 'db');
  await assert.rejects(openLevelStore(path, { create: false }), storeError('STORE_MISSING'));
});

test('a store whose CURRENT file is gone is corrupt, not empty', async (t) => {
  const path = join(await temporaryDirectory(t), 'db');
  const store = await openLevelStore(path, { create: true });
  await store.write([{ key: 'a', value: bytes(1) }], { sync: true });
  await store.close();
  await rm(join(path, 'CURRENT'));
  await assert.rejects(openLevelStore(path, { create: false }), storeError('STORE_CORRUPT'));
});

test('a damaged manifest is corrupt', async (t) => {
  const path = join(await temporaryDirectory(t), 'db');
  await (await openLevelStore(path, { create: true })).close();
  const manifest = (await readdir(path)).find((name) => name.startsWith('MANIFEST')) ?? '';
  const file = await open(join(path, manifest), 'r+');
  await file.write(new Uint8Array(16).fill(0xff), 0, 16, 0);
  await file.close();
  await assert.rejects(openLevelStore(path, { create: false }), storeError('STORE_CORRUPT'));
});

/** A file system of 3 MB of its own needs user namespaces. */
const canMount = await run('unshare', ['-rm', 'true']).then(
  () => true,
  () => false,
);

test('a full disk is STORE_FULL, loses nothing that was acknowledged, and heals', { skip: !canMount }, async (t) => {
  const root = await temporaryDirectory(t);
  const script = new URL('full-disk-child.ts', import.meta.url).pathname;
  const command = 'mount -t tmpfs -o size=3m tmpfs "$1" && exec "$2" --conditions=@mlb/source "$3" "$1"';
  const { stdout } = await run('unshare', ['-rm', 'sh', '-c', command, 'sh', root, process.execPath, script]);
  const { acknowledged, whenFull, afterwards, found } = JSON.parse(stdout);
  assert.deepEqual({ whenFull, afterwards }, { whenFull: 'STORE_FULL', afterwards: 'ok' });
  assert.ok(acknowledged > 20);
  assert.equal(found, acknowledged);
});
