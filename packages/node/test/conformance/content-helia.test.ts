import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { MemoryDatastore } from 'datastore-core';
import { systemClock } from '../../src/clock/system.ts';
import { createHeliaContent, type HeliaContent } from '../../src/content/helia.ts';
import { type CountedPeer, startPeers } from '../network/loopback.ts';
import { type ContentPair, contentConformance } from './content.ts';

const closers: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const close of closers.toReversed()) await close();
});

const startContent = async (peer: CountedPeer): Promise<HeliaContent> => {
  const directory = await mkdtemp(join(tmpdir(), 'mlb-content-'));
  closers.push(() => rm(directory, { recursive: true }));
  const content = await createHeliaContent({
    libp2p: peer.libp2p,
    datastore: new MemoryDatastore(),
    blockstorePath: join(directory, 'blocks'),
    clock: systemClock,
  });
  closers.push(content.close);
  return content;
};

const startPair = async (): Promise<ContentPair> => {
  const [a, b] = await startPeers({ after: (close) => void closers.push(close) }, 2);
  if (a === undefined || b === undefined) throw new Error('two peers were asked for');
  return { mine: await startContent(a), theirs: await startContent(b), theirPeerId: b.peerId };
};

let pair: Promise<ContentPair> | undefined;
contentConformance('helia', () => {
  pair ??= startPair();
  return pair;
});
