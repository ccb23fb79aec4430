import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/clock/system.ts';
import { createHeliaContent, type HeliaContent } from '../../src/content/helia.ts';
import { openDatastore } from '../../src/network/datastore.ts';
import { type CountedPeer, startPeer } from '../network/loopback.ts';

export interface ContentPeer {
  readonly peer: CountedPeer;
  readonly content: HeliaContent;
  /** Also done after the test. */
  readonly close: () => Promise<void>;
}

/** A peer with content in `home`; the same home again continues it. */
export const startContentPeer = async (
  t: TestContext,
  home: string,
  bootstrap: readonly string[] = [],
): Promise<ContentPeer> => {
  const datastore = await openDatastore(join(home, 'libp2p'));
  const closers: (() => Promise<void>)[] = [];
  const peer = await startPeer({ after: (close) => closers.push(close) }, { datastore, bootstrap });
  const blockstorePath = join(home, 'blocks');
  const content = await createHeliaContent({ libp2p: peer.libp2p, datastore, blockstorePath, clock: systemClock });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await content.close();
    for (const stop of closers) await stop();
    await datastore.close();
  };
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  t.after(closeOnce);
  return { peer, content, close: closeOnce };
};
