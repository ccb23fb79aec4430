import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encodeEnvelope, MAX_ENVELOPE_BYTES } from '@mlb/protocol';
import type { GossipOutcome, NetworkCount } from '../../src/network/count.ts';
import type { Gossip, GossipVerdict } from '../../src/port/gossip.ts';
import { within } from '../network/within.ts';

/** One peer of a small network, seen from the test. */
export interface GossipPeer {
  readonly peerId: string;
  readonly gossip: Gossip;
  readonly counts: readonly NetworkCount[];
  readonly counted: (matches: (count: NetworkCount) => boolean) => Promise<NetworkCount>;
  /** Publishes bytes that are no envelope of ours, as a hostile peer would. */
  readonly publishRaw: (envelope: Uint8Array) => Promise<unknown>;
  /** Resolves when a message of `order` would reach so many peers at once. */
  readonly reaches: (peers: number) => Promise<void>;
}

/** `count` peers, all connected; `sender` never handles a topic in these tests unless it says so. */
export type StartGossipPeers = (t: TestContext, count: number) => Promise<readonly GossipPeer[]>;

interface Inbox {
  readonly messages: readonly string[];
  /** Resolves when so many messages have come. */
  readonly has: (count: number) => Promise<void>;
}

const listen = (peer: GossipPeer, judge: (text: string) => GossipVerdict = () => 'accept'): Inbox => {
  const messages: string[] = [];
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  peer.gossip.handle('order', async (message) => {
    const text = Buffer.from(message).toString();
    messages.push(text);
    for (const { count, done } of waiting) if (messages.length >= count) done();
    return judge(text);
  });
  return {
    messages,
    has: (count) => {
      if (messages.length >= count) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, done: resolve });
      return within(`message ${count}`, promise);
    },
  };
};

const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));
const outcome =
  (wanted: GossipOutcome) =>
  (count: NetworkCount): boolean =>
    count.type === 'gossip' && count.outcome === wanted;

/** What every adapter of the Gossip port does. */
export const gossipConformance = (name: string, start: StartGossipPeers): void => {
  const startThree = async (t: TestContext): Promise<readonly [GossipPeer, GossipPeer, GossipPeer]> => {
    const [a, b, c] = await start(t, 3);
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    return [a, b, c];
  };

  test(`${name}: a message reaches every subscriber once, and does not come back`, async (t) => {
    const [a, b, c] = await startThree(t);
    const [own, atB, atC] = [listen(a), listen(b), listen(c)];
    await Promise.all([a.reaches(2), b.reaches(1), c.reaches(1)]);
    await a.gossip.publish('order', text('hello'));
    await Promise.all([atB.has(1), atC.has(1)]);
    await b.gossip.publish('order', text('answer'));
    await Promise.all([own.has(1), atC.has(2)]);
    assert.deepEqual([own.messages, atB.messages, atC.messages], [['answer'], ['hello'], ['hello', 'answer']]);
  });

  test(`${name}: of many messages at once every one arrives, and only once`, async (t) => {
    const [a, b] = await startThree(t);
    const inbox = listen(b);
    const numbers = Array.from({ length: 200 }, (_, i) => String(i));
    await Promise.all(numbers.map((number) => a.gossip.publish('order', text(number))));
    await inbox.has(200);
    assert.deepEqual(
      inbox.messages.toSorted((x, y) => Number(x) - Number(y)),
      numbers,
    );
  });

  test(`${name}: what is published before anybody listens arrives when somebody does`, async (t) => {
    const [a, b] = await startThree(t);
    await a.gossip.publish('order', text('early'));
    assert.ok(a.counts.some(outcome('parked')));
    const inbox = listen(b);
    await inbox.has(1);
    assert.deepEqual(inbox.messages, ['early']);
  });

  test(`${name}: every verdict is counted, and a throwing handler counts as failed, not as rejected`, async (t) => {
    const [a, b] = await startThree(t);
    const inbox = listen(b, (words) => {
      if (words === 'throw') throw new Error('broken handler');
      return words as GossipVerdict;
    });
    for (const words of ['accept', 'ignore', 'throw', 'reject']) await a.gossip.publish('order', text(words));
    await inbox.has(4);
    await Promise.all(
      (['accept', 'ignore', 'failed', 'reject'] as const).map((wanted) => within(wanted, b.counted(outcome(wanted)))),
    );
  });

  test(`${name}: garbage is counted as malformed, and the next good message still arrives`, async (t) => {
    const [a, b] = await startThree(t);
    const inbox = listen(b);
    await a.reaches(1);
    await a.publishRaw(encodeEnvelope([text('first')]));
    await inbox.has(1);
    await a.publishRaw(text('garbage'));
    const malformed = await within('malformed', b.counted(outcome('malformed')));
    assert.equal(malformed.amount, 1);
    await a.gossip.publish('order', text('good'));
    await inbox.has(2);
    assert.deepEqual(inbox.messages, ['first', 'good']);
  });

  test(`${name}: a message that fits no envelope is refused at its publisher`, async (t) => {
    const [a] = await startThree(t);
    const attempt = a.gossip.publish('order', new Uint8Array(MAX_ENVELOPE_BYTES));
    await assert.rejects(attempt, { name: 'NetworkError', code: 'MESSAGE_TOO_LARGE' });
  });

  test(`${name}: a second handler for a topic is refused`, async (t) => {
    const [a] = await startThree(t);
    listen(a);
    assert.throws(() => listen(a), /has a handler already/);
  });
};
