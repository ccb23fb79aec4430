// Runs on a file system of its own: fills it, frees some of it, writes again. Tells what happened as one JSON line.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLevelStore } from '../../src/store/level.ts';
import { StoreError } from '../../src/store/store-error.ts';

const root = process.argv[2] ?? '';
const filler = join(root, 'filler');
// More than the store will hold: reopening it rewrites its log as a table.
await writeFile(filler, new Uint8Array(1800 * 1024));
const store = await openLevelStore(join(root, 'db'), { create: true });
const value = crypto.getRandomValues(new Uint8Array(20_000));

const write = (key: string): Promise<'ok' | string> =>
  store.write([{ key, value }], { sync: true }).then(
    () => 'ok',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );

let acknowledged = 0;
let whenFull = 'ok';
while (whenFull === 'ok') {
  whenFull = await write(`key/${acknowledged}`);
  if (whenFull === 'ok') acknowledged += 1;
}
await rm(filler);
const afterwards = await write('afterwards');
await store.close();

const reopened = await openLevelStore(join(root, 'db'), { create: false });
let found = 0;
for await (const _ of reopened.list('key/')) found += 1;
await reopened.close();
process.stdout.write(JSON.stringify({ acknowledged, whenFull, afterwards, found }));
