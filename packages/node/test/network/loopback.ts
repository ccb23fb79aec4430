import { Address } from '@mlb/protocol';
import { MemoryDatastore } from 'datastore-core';
import { systemClock } from '../../src/clock/system.ts';
import type { NetworkCount } from '../../src/network/count.ts';
import { createPeer, type Peer, type PeerOptions } from '../../src/network/peer.ts';

export interface CountedPeer extends Peer {
  /** Everything counted so far. */
  readonly counts: readonly NetworkCount[];
  /** Resolves when a count matches, past ones included. */
  readonly counted: (matches: (count: NetworkCount) => boolean) => Promise<NetworkCount>;
}

/** A TestContext, or whatever closes things later. */
export interface Closer {
  readonly after: (close: () => Promise<void>) => void;
}

let seed = 0;

/** A real peer on loopback with a free port, closed after the test. */
export const startPeer = async (t: Closer, options: Partial<PeerOptions> = {}): Promise<CountedPeer> => {
  const counts: NetworkCount[] = [];
  const waiting = new Set<(count: NetworkCount) => void>();
  seed += 1;
  const peer = await createPeer({
    privateKey: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    datastore: new MemoryDatastore(),
    chainId: 31337,
    settlement: Address(`0x${'5e'.repeat(20)}`),
    bootstrap: [],
    clock: systemClock,
    isDevnet: true,
    expectedPeers: 7,
    count: (count) => {
      counts.push(count);
      for (const tell of waiting) tell(count);
    },
    ...options,
  });
  t.after(() => peer.close());
  return {
    ...peer,
    counts,
    counted: (matches) => {
      const past = counts.find(matches);
      if (past !== undefined) return Promise.resolve(past);
      const { promise, resolve } = Promise.withResolvers<NetworkCount>();
      const tell = (count: NetworkCount): void => {
        if (!matches(count)) return;
        waiting.delete(tell);
        resolve(count);
      };
      waiting.add(tell);
      return promise;
    },
  };
};

/** Peers that all know the first one. */
export const startPeers = async (t: Closer, count: number): Promise<readonly CountedPeer[]> => {
  const first = await startPeer(t);
  const others = await Promise.all(
    Array.from({ length: count - 1 }, () => startPeer(t, { bootstrap: first.multiaddrs() })),
  );
  return [first, ...others];
};
