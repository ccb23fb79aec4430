import { Address, topicOf } from '@mlb/protocol';
import { MemoryDatastore } from 'datastore-core';
import { systemClock } from '../../src/clock/system.ts';
import type { NetworkCount } from '../../src/network/count.ts';
import { createPeer, type Peer, type PeerOptions } from '../../src/network/peer.ts';
import { createCounter } from './counter.ts';
import { until } from './within.ts';

/** A TestContext, or whatever closes things later. */
export interface Closer {
  readonly after: (close: () => Promise<void>) => void;
}

export interface CountedPeer extends Peer {
  /** Everything counted so far. */
  readonly counts: readonly NetworkCount[];
  /** Resolves when a count matches, past ones included. */
  readonly counted: (matches: (count: NetworkCount) => boolean) => Promise<NetworkCount>;
}

const CHAIN_ID = 31337;
const SETTLEMENT = Address(`0x${'5e'.repeat(20)}`);
/** The gossip topic of orders in these tests. */
export const ORDER_TOPIC: string = topicOf(CHAIN_ID, SETTLEMENT, 'order');

let seed = 0;

/** A real peer on loopback with a free port, closed after the test. */
export const startPeer = async (t: Closer, options: Partial<PeerOptions> = {}): Promise<CountedPeer> => {
  const counter = createCounter<NetworkCount>();
  seed += 1;
  const peer = await createPeer({
    privateKey: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    datastore: new MemoryDatastore(),
    chainId: CHAIN_ID,
    settlement: SETTLEMENT,
    bootstrap: [],
    clock: systemClock,
    isDevnet: true,
    expectedPeers: 7,
    count: counter.tell,
    ...options,
  });
  t.after(peer.close);
  return { ...peer, counts: counter.told, counted: counter.find };
};

/** Peers that are all connected to the first one. */
export const startPeers = async (t: Closer, count: number): Promise<readonly CountedPeer[]> => {
  const first = await startPeer(t);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startPeer(t)));
  const address = first.multiaddrs()[0] ?? '';
  await Promise.all(others.map((peer) => peer.dial(address, AbortSignal.timeout(10_000))));
  // A dial resolves at the dialler before the other side knows of the connection.
  await until('the connections', () => first.connections().length === count - 1);
  return [first, ...others];
};
