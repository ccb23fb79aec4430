import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256, tag } from '@mlb/protocol';
import { createMemoryClock } from '../../src/clock/memory.ts';
import type { Store } from '../../src/port/store.ts';
import { openSigningGuard, type SigningGuard } from '../../src/signing/guard.ts';
import { createMemoryHighWater, type HighWater } from '../../src/signing/high-water.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { StoreError } from '../../src/store/store-error.ts';

const digest = (text: string) => sha256(tag(text));

interface Parts {
  readonly store: Store;
  readonly highWater: HighWater;
  readonly clock: ReturnType<typeof createMemoryClock>;
}

const createParts = (): Parts => ({
  store: createMemoryStore(),
  highWater: createMemoryHighWater(),
  clock: createMemoryClock(),
});
const keysOf = async (store: Store): Promise<string[]> => {
  const keys: string[] = [];
  for await (const [key] of store.list('guard/')) keys.push(key);
  return keys;
};

test('a second, different digest for one duty is refused, the same one again is not', async () => {
  const guard = await openSigningGuard(createParts());
  await guard.authorize('commit/a/0', digest('one'));
  await guard.authorize('commit/a/0', digest('one'));
  await guard.authorize('commit/b/0', digest('two'));
  await assert.rejects(guard.authorize('commit/a/0', digest('two')), {
    name: 'SigningGuardError',
    code: 'DUTY_CONFLICT',
  });
  assert.equal(guard.size(), 2);
});

test('the refusal holds while the first digest is still being written', async () => {
  const guard = await openSigningGuard(createParts());
  const first = guard.authorize('commit/a/0', digest('one'));
  const same = guard.authorize('commit/a/0', digest('one'));
  await assert.rejects(guard.authorize('commit/a/0', digest('two')), { code: 'DUTY_CONFLICT' });
  await Promise.all([first, same]);
});

test('authorize resolves only when the duty is in the database and under the high-water mark', async () => {
  const { store, highWater, clock } = createParts();
  const order: string[] = [];
  const guard = await openSigningGuard({
    clock,
    store: {
      ...store,
      write: async (writes, options) => {
        assert.equal(options.sync, true);
        await new Promise((resolve) => setImmediate(resolve));
        await store.write(writes, options);
        order.push('database');
      },
    },
    highWater: {
      ...highWater,
      write: async (mark) => {
        await new Promise((resolve) => setImmediate(resolve));
        await highWater.write(mark);
        order.push('high water');
      },
    },
  });
  await guard.authorize('commit/a/0', digest('one'));
  order.push('authorized');
  assert.deepEqual(order, ['database', 'high water', 'authorized']);
});

test('after a restart every duty is known', async () => {
  const parts = createParts();
  const first = await openSigningGuard(parts);
  await Promise.all(Array.from({ length: 100 }, (_, i) => first.authorize(`commit/${i}/0`, digest(String(i)))));
  const second = await openSigningGuard(parts);
  assert.equal(second.size(), 100);
  await second.authorize('commit/7/0', digest('7'));
  await assert.rejects(second.authorize('commit/7/0', digest('8')), { code: 'DUTY_CONFLICT' });
});

const failingStore = (store: Store): { readonly store: Store; readonly fail: (isFull: boolean) => void } => {
  let isFull = false;
  return {
    fail: (value) => {
      isFull = value;
    },
    store: {
      ...store,
      write: async (writes, options) => {
        if (isFull) throw new StoreError('STORE_FULL', 'the disk is full');
        await store.write(writes, options);
      },
    },
  };
};

test('on a full disk nothing is authorized, and everything is again when there is space', async () => {
  const parts = createParts();
  const { store, fail } = failingStore(parts.store);
  const guard = await openSigningGuard({ ...parts, store });
  await guard.authorize('commit/a/0', digest('one'));
  fail(true);
  await assert.rejects(guard.authorize('commit/b/0', digest('one')), { code: 'GUARD_UNAVAILABLE' });
  await assert.rejects(guard.authorize('commit/b/0', digest('two')), { code: 'DUTY_CONFLICT' });
  await guard.authorize('commit/a/0', digest('one'));
  fail(false);
  await guard.authorize('commit/b/0', digest('one'));
  await guard.authorize('commit/c/0', digest('one'));
  const reopened = await openSigningGuard(parts);
  assert.equal(reopened.size(), 3);
});

const signedParts = async (count: number): Promise<Parts> => {
  const parts = createParts();
  const guard = await openSigningGuard(parts);
  for (let i = 0; i < count; i += 1) await guard.authorize(`commit/${i}/0`, digest(String(i)));
  return parts;
};

const refusesToOpen = (parts: Parts): Promise<void> =>
  assert.rejects(openSigningGuard(parts), { name: 'SigningGuardError', code: 'GUARD_CORRUPT' });

test('a record missing at the end, in the middle or at the start is a safety stop', async () => {
  for (const place of [0, 4, 9]) {
    const parts = await signedParts(10);
    const key = (await keysOf(parts.store))[place] ?? '';
    await parts.store.write([{ key, value: undefined }], { sync: true });
    await refusesToOpen(parts);
  }
});

test('an empty database is a safety stop when something had been signed', async () => {
  const parts = await signedParts(3);
  await refusesToOpen({ ...parts, store: createMemoryStore() });
});

test('an older copy of the database is a safety stop', async () => {
  const parts = await signedParts(5);
  const older = await signedParts(4);
  await refusesToOpen({ ...parts, store: older.store });
});

test('the database of another home is a safety stop', async () => {
  const parts = await signedParts(2);
  const other = createParts();
  const guard = await openSigningGuard(other);
  for (const name of ['x', 'y', 'z']) await guard.authorize(`commit/${name}/0`, digest(name));
  await refusesToOpen({ ...parts, store: other.store });
});

test('a flipped bit anywhere in a record is a safety stop', async () => {
  const pristine = await signedParts(3);
  const key = (await keysOf(pristine.store))[1] ?? '';
  const record = await pristine.store.get(key);
  assert.ok(record !== undefined);
  for (let place = 0; place < record.length; place += 1) {
    const flipped = record.slice();
    flipped[place] = (flipped[place] ?? 0) ^ 1;
    await pristine.store.write([{ key, value: flipped }], { sync: true });
    await refusesToOpen(pristine);
  }
});

test('records ahead of the mark are known too: the crash came between the two writes', async () => {
  const parts = await signedParts(3);
  const behind = createMemoryHighWater();
  const older = await signedParts(2);
  await behind.write(older.highWater.read());
  const guard = await openSigningGuard({ ...parts, highWater: behind });
  await assert.rejects(guard.authorize('commit/2/0', digest('other')), { code: 'DUTY_CONFLICT' });
});

const HOUR_MS = 3_600_000;

const signMany = async (guard: SigningGuard, from: number, count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  await Promise.all(numbers.map((i) => guard.authorize(`commit/${i}/0`, digest(String(i)))));
};

test('old duties are pruned, the newest thousands never, and the log still verifies', async () => {
  const parts = createParts();
  const guard = await openSigningGuard(parts);
  await signMany(guard, 0, 3000);
  parts.clock.advance(7 * HOUR_MS);
  await signMany(guard, 3000, 2000);
  const reopened = await openSigningGuard(parts);
  assert.equal(reopened.size(), 4096);
  await assert.rejects(reopened.authorize('commit/904/0', digest('other')), { code: 'DUTY_CONFLICT' });
  const again = await openSigningGuard(parts);
  assert.equal(again.size(), 4096);
});

test('duties of the last hours are never pruned, however many there are', async () => {
  const parts = createParts();
  const guard = await openSigningGuard(parts);
  await signMany(guard, 0, 9000);
  parts.clock.advance(5 * HOUR_MS);
  await signMany(guard, 9000, 10);
  const reopened = await openSigningGuard(parts);
  assert.equal(reopened.size(), 9010);
});
