import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { cidOfBytes } from '../../src/content/cid.ts';
import { until } from '../network/within.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { startContentPeer } from './helia-home.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const bytesOf = (sizeBytes: number): Uint8Array => new Uint8Array(randomBytes(sizeBytes));

test('a lone node adds without waiting for peers, and announces when one comes', async (t) => {
  const alone = await startContentPeer(t, await temporaryDirectory(t));
  const bytes = bytesOf(1000);
  const cid = await alone.content.add(bytes, AbortSignal.timeout(5000));
  const other = await startContentPeer(t, await temporaryDirectory(t), alone.peer.multiaddrs());
  await until('the provider record', () => other.peer.connections().length > 0);
  // Without a hint: connected peers are asked, then the DHT.
  assert.deepEqual(await other.content.get(cid, { maxBytes: 1000, providers: [], signal: soon() }), bytes);
});

test('content survives a restart with its home, unpinned content only until garbage is collected', async (t) => {
  const home = await temporaryDirectory(t);
  const first = await startContentPeer(t, home);
  const [kept, dropped] = [bytesOf(1000), bytesOf(1001)];
  const keptCid = await first.content.add(kept, soon());
  const droppedCid = await first.content.add(dropped, soon());
  await first.content.unpin(droppedCid);
  await first.close();
  const second = await startContentPeer(t, home);
  const get = (cid: string): Promise<Uint8Array> =>
    second.content.get(cid, { maxBytes: 2000, providers: [], signal: AbortSignal.timeout(500) });
  assert.deepEqual(await get(droppedCid), dropped);
  await second.content.collectGarbage(soon());
  assert.deepEqual(await get(keptCid), kept);
  await assert.rejects(get(droppedCid), { code: 'NOT_FOUND' });
});

test('closing the content leaves the network running', async (t) => {
  const { peer, content } = await startContentPeer(t, await temporaryDirectory(t));
  await content.close();
  assert.equal(peer.libp2p.status, 'started');
});

test('the layout of the tree never changes: these CIDs are on chain', async () => {
  const pattern = (sizeBytes: number): Uint8Array => Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31) % 251);
  assert.deepEqual(await Promise.all([0, 5, 1_048_576, 3_000_000].map((size) => cidOfBytes(pattern(size)))), [
    'bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y',
    'bafybeigqdrmznm7pxgctrg2u4gqcaayh7wmgoiu74akjkalg2n2ahdwnha',
    'bafybeiauxfgyq6mmcr6ajkqvw76kswxuufl2g3qmu6p2ct2ore3rs4btkm',
    'bafybeibcqqj33u5773y5xdrp6nxtlm7sytvhxgzwocj4g66awngkslj2ky',
  ]);
});
