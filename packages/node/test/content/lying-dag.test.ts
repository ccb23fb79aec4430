import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unixfs } from '@helia/unixfs';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { IMPORT_OPTIONS } from '../../src/content/cid.ts';
import { readContent } from '../../src/content/unixfs-content.ts';

const options = (maxBytes: number) => ({ maxBytes, providers: [], signal: AbortSignal.timeout(5000) });

test('a block that was changed in the blockstore is not passed off as its CID', async () => {
  const blockstore = new MemoryBlockstore();
  const fs = unixfs({ blockstore });
  const honest = await fs.addBytes(new Uint8Array(100).fill(1), IMPORT_OPTIONS);
  const forged = await fs.addBytes(new Uint8Array(100).fill(2), IMPORT_OPTIONS);
  const blocks: Uint8Array[] = [];
  for await (const chunk of blockstore.get(forged)) blocks.push(chunk);
  await blockstore.put(honest, Buffer.concat(blocks));
  await assert.rejects(readContent(fs, honest.toString(), options(100)), { name: 'ContentError', code: 'BAD_CONTENT' });
});

test('the same bytes under another tree are not what the CID of our tree names', async () => {
  const fs = unixfs({ blockstore: new MemoryBlockstore() });
  const cid = await fs.addBytes(new Uint8Array(100), { ...IMPORT_OPTIONS, rawLeaves: false });
  await assert.rejects(readContent(fs, cid.toString(), options(100)), { code: 'BAD_CONTENT' });
});

test('a directory is no content', async () => {
  const fs = unixfs({ blockstore: new MemoryBlockstore() });
  const cid = await fs.addDirectory();
  await assert.rejects(readContent(fs, cid.toString(), options(100)), { code: 'BAD_CONTENT' });
});

test('a root with a declared size beyond the limit is refused before its leaves are fetched', async () => {
  const blockstore = new MemoryBlockstore();
  const fs = unixfs({ blockstore });
  const root = await fs.addBytes(new Uint8Array(3_000_000), IMPORT_OPTIONS);
  const fetched: CID[] = [];
  const counting = {
    ...blockstore,
    has: (cid: CID) => blockstore.has(cid),
    put: (cid: CID, block: Parameters<typeof blockstore.put>[1]) => blockstore.put(cid, block),
    get: (cid: CID) => {
      fetched.push(cid);
      return blockstore.get(cid);
    },
  };
  const attempt = readContent(unixfs({ blockstore: counting as never }), root.toString(), options(2_999_999));
  await assert.rejects(attempt, { code: 'TOO_LARGE' });
  assert.deepEqual(fetched.map(String), [root.toString()]);
});
