import assert from 'node:assert/strict';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256, tag } from '@mlb/protocol';
import { systemClock } from '../../src/clock/system.ts';
import { openHomeGuard } from '../../src/signing/home-guard.ts';
import { openLevelStore } from '../../src/store/level.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { databasePath, highWaterPath, initGuardHome, openGuardHome } from './guard-home.ts';

const corrupt = { name: 'SigningGuardError', code: 'GUARD_CORRUPT' };
const digest = sha256(tag('result'));

const signedHome = async (home: string): Promise<void> => {
  await initGuardHome(home);
  const { guard, close } = await openGuardHome(home);
  for (let i = 0; i < 20; i += 1) await guard.authorize(`commit/${i}/0`, digest);
  await close();
};

test('a home where nothing was signed gets its high-water file', async (t) => {
  const home = await temporaryDirectory(t);
  const store = await openLevelStore(databasePath(home), { create: true });
  const guard = await openHomeGuard({ store, highWaterPath: highWaterPath(home), clock: systemClock });
  await guard.authorize('commit/a/0', digest);
  await guard.close();
  await store.close();
  const again = await openGuardHome(home);
  assert.equal(again.guard.size(), 1);
  await again.close();
});

test('a lost high-water file is a safety stop', async (t) => {
  const home = await temporaryDirectory(t);
  await signedHome(home);
  await rm(highWaterPath(home));
  await assert.rejects(openGuardHome(home), corrupt);
});

test('a database that LevelDB opens with its log cut off is a safety stop', async (t) => {
  const home = await temporaryDirectory(t);
  await signedHome(home);
  const names = await readdir(databasePath(home));
  const log =
    names
      .filter((name) => name.endsWith('.log'))
      .toSorted()
      .at(-1) ?? '';
  await truncate(join(databasePath(home), log), 700);
  await assert.rejects(openGuardHome(home), corrupt);
});

test('a database that was thrown away and made anew is a safety stop', async (t) => {
  const home = await temporaryDirectory(t);
  await signedHome(home);
  await rm(databasePath(home), { recursive: true });
  await (await openLevelStore(databasePath(home), { create: true })).close();
  await assert.rejects(openGuardHome(home), corrupt);
});
