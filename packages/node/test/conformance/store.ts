import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Store } from '../../src/port/store.ts';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const entriesOf = async (store: Store, prefix: string): Promise<[string, number[]][]> => {
  const entries: [string, number[]][] = [];
  for await (const [key, value] of store.list(prefix)) entries.push([key, [...value]]);
  return entries;
};

/** What every adapter of the Store port does. */
export const storeConformance = (name: string, open: (t: TestContext) => Promise<Store>): void => {
  test(`${name}: what was written is read back, and nothing else`, async (t) => {
    const store = await open(t);
    await store.write([{ key: 'a', value: bytes(1, 2) }], { sync: true });
    await store.write([{ key: 'empty', value: bytes() }], { sync: false });
    assert.deepEqual([...((await store.get('a')) ?? [])], [1, 2]);
    assert.deepEqual((await store.get('empty'))?.length, 0);
    assert.equal(await store.get('b'), undefined);
  });

  test(`${name}: writes of one batch hold in their order: the last one of a key counts`, async (t) => {
    const store = await open(t);
    await store.write(
      [
        { key: 'a', value: bytes(1) },
        { key: 'b', value: bytes(1) },
        { key: 'a', value: undefined },
        { key: 'b', value: bytes(2) },
      ],
      { sync: true },
    );
    assert.deepEqual(await entriesOf(store, ''), [['b', [2]]]);
  });

  test(`${name}: a prefix lists exactly its keys, ascending by their bytes`, async (t) => {
    const store = await open(t);
    const keys = ['p/10', 'p/2', 'p/', 'p', 'p0', 'p/é', 'p/\u{1f600}', 'p/\uffee', 'q/1'];
    await store.write(
      keys.map((key) => ({ key, value: bytes(1) })),
      { sync: false },
    );
    const listed = (await entriesOf(store, 'p/')).map(([key]) => key);
    assert.deepEqual(listed, ['p/', 'p/10', 'p/2', 'p/é', 'p/\uffee', 'p/\u{1f600}']);
  });

  test(`${name}: bytes changed after writing or after reading change nothing inside`, async (t) => {
    const store = await open(t);
    const value = bytes(1);
    await store.write([{ key: 'a', value }], { sync: true });
    value[0] = 9;
    const read = await store.get('a');
    if (read !== undefined) read[0] = 8;
    assert.deepEqual([...((await store.get('a')) ?? [])], [1]);
  });

  test(`${name}: listing stops at an aborted signal with its reason`, async (t) => {
    const store = await open(t);
    await store.write([{ key: 'a', value: bytes(1) }], { sync: true });
    const reason = new Error('enough');
    const list = async (): Promise<void> => {
      for await (const _ of store.list('', AbortSignal.abort(reason)));
    };
    await assert.rejects(list, reason);
  });

  test(`${name}: a closed store says so`, async (t) => {
    const store = await open(t);
    await store.close();
    await assert.rejects(store.get('a'), { name: 'StoreError', code: 'STORE_CLOSED' });
    await assert.rejects(store.write([{ key: 'a', value: bytes(1) }], { sync: true }), { code: 'STORE_CLOSED' });
    await assert.rejects(entriesOf(store, ''), { code: 'STORE_CLOSED' });
  });
};
