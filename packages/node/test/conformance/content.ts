import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { sha256 } from '@mlb/protocol';
import { cidOfBytes, cidOfDigest, digestOfCid, rawCidOfDigest } from '../../src/content/cid.ts';
import type { Content } from '../../src/port/content.ts';

/** Two peers that can reach each other. */
export interface ContentPair {
  readonly mine: Content;
  readonly theirs: Content;
  /** Peer id of `theirs`, the provider. */
  readonly theirPeerId: string;
}

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const bytesOf = (sizeBytes: number): Uint8Array => new Uint8Array(randomBytes(sizeBytes));
const DAG_CBOR_CID = 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua';
const MIB = 1024 * 1024;

/** What every adapter of the Content port does. */
export const contentConformance = (name: string, pair: (t: TestContext) => Promise<ContentPair>): void => {
  const get = (content: Content, cid: string, maxBytes: number, provider: string): Promise<Uint8Array> =>
    content.get(cid, { maxBytes, providers: [provider], signal: soon() });

  test(`${name}: a peer gets the bytes another one added, whatever their size`, async (t) => {
    const { mine, theirs, theirPeerId } = await pair(t);
    for (const sizeBytes of [0, 1, 300, MIB, MIB + 1, 3 * MIB + 7]) {
      const bytes = bytesOf(sizeBytes);
      const cid = await theirs.add(bytes, soon());
      assert.deepEqual(await get(mine, cid, sizeBytes, theirPeerId), bytes, `${sizeBytes} bytes`);
    }
  });

  test(`${name}: the digest alone names the CID, which is known without storing the bytes`, async (t) => {
    const { theirs } = await pair(t);
    for (const sizeBytes of [10, 2 * MIB]) {
      const bytes = bytesOf(sizeBytes);
      const cid = await theirs.add(bytes, soon());
      assert.equal(await cidOfBytes(bytes), cid);
      assert.equal(cidOfDigest(digestOfCid(cid)), cid);
    }
  });

  test(`${name}: up to 1 MiB the plain sha256 of the bytes names them too`, async (t) => {
    const { mine, theirs, theirPeerId } = await pair(t);
    for (const sizeBytes of [1, MIB]) {
      const bytes = bytesOf(sizeBytes);
      await theirs.add(bytes, soon());
      assert.deepEqual(await get(mine, rawCidOfDigest(sha256(bytes)), sizeBytes, theirPeerId), bytes);
    }
  });

  test(`${name}: adding the same bytes twice gives the same CID`, async (t) => {
    const { theirs } = await pair(t);
    const bytes = bytesOf(1000);
    assert.equal(await theirs.add(bytes, soon()), await theirs.add(bytes, soon()));
  });

  test(`${name}: more than maxBytes is refused`, async (t) => {
    const { mine, theirs, theirPeerId } = await pair(t);
    const cid = await theirs.add(bytesOf(2 * MIB), soon());
    await assert.rejects(get(mine, cid, 2 * MIB - 1, theirPeerId), { name: 'ContentError', code: 'TOO_LARGE' });
  });

  test(`${name}: what nobody has is NOT_FOUND when the signal fires`, async (t) => {
    const { mine, theirPeerId } = await pair(t);
    const cid = await cidOfBytes(bytesOf(64));
    const attempt = mine.get(cid, { maxBytes: 64, providers: [theirPeerId], signal: AbortSignal.timeout(300) });
    await assert.rejects(attempt, { name: 'ContentError', code: 'NOT_FOUND' });
  });

  test(`${name}: garbage and CIDs of another kind are BAD_CID`, async (t) => {
    const { mine, theirPeerId } = await pair(t);
    for (const cid of ['', 'garbage', DAG_CBOR_CID, 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn']) {
      await assert.rejects(get(mine, cid, 10, theirPeerId), { name: 'ContentError', code: 'BAD_CID' });
    }
  });

  test(`${name}: unpinning twice, or what was never added, does nothing`, async (t) => {
    const { theirs } = await pair(t);
    const cid = await theirs.add(bytesOf(10), soon());
    await theirs.unpin(cid);
    await theirs.unpin(cid);
    await theirs.unpin(await cidOfBytes(bytesOf(11)));
  });
};
