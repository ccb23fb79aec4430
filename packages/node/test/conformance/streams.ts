import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MAX_STREAM_FRAME_BYTES } from '@mlb/protocol';
import type { Streams } from '../../src/port/streams.ts';
import { within } from '../network/within.ts';

export interface StreamPeer {
  readonly peerId: string;
  readonly streams: Streams;
  /** Gone for everybody, as after kill -9. */
  readonly leave: () => Promise<void>;
}

const PROTOCOL = '/mlb/test/1.0.0';
const OTHER_PROTOCOL = '/mlb/other/1.0.0';
const NOBODY = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu';
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

interface Inbox {
  readonly frames: readonly (readonly [text: string, from: string])[];
  readonly has: (count: number) => Promise<void>;
}

const listen = (peer: StreamPeer, onFrame: (text: string) => Promise<void> = async () => undefined): Inbox => {
  const frames: [string, string][] = [];
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  peer.streams.handle(PROTOCOL, async (frame, from) => {
    const text = Buffer.from(frame).toString();
    frames.push([text, from]);
    for (const { count, done } of waiting) if (frames.length >= count) done();
    await onFrame(text);
  });
  return {
    frames,
    has: (count) => {
      if (frames.length >= count) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, done: resolve });
      return within(`frame ${count}`, promise);
    },
  };
};

const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));

/** What every adapter of the Streams port does. `start` gives two peers that know each other's address. */
export const streamsConformance = (
  name: string,
  start: (t: TestContext) => Promise<readonly [StreamPeer, StreamPeer]>,
): void => {
  test(`${name}: frames arrive in order, with their sender, in both directions`, async (t) => {
    const [a, b] = await start(t);
    const [atA, atB] = [listen(a), listen(b)];
    const numbers = Array.from({ length: 300 }, (_, i) => String(i));
    await Promise.all(numbers.map((number) => a.streams.send(b.peerId, PROTOCOL, text(number), soon())));
    await b.streams.send(a.peerId, PROTOCOL, text('back'), soon());
    await Promise.all([atB.has(300), atA.has(1)]);
    assert.deepEqual(
      atB.frames,
      numbers.map((number) => [number, a.peerId]),
    );
    assert.deepEqual(atA.frames, [['back', b.peerId]]);
  });

  test(`${name}: the next frame is handled only when the one before is done`, async (t) => {
    const [a, b] = await start(t);
    const gate = Promise.withResolvers<void>();
    const inbox = listen(b, (words) => (words === 'slow' ? gate.promise : Promise.resolve()));
    await a.streams.send(b.peerId, PROTOCOL, text('slow'), soon());
    await a.streams.send(b.peerId, PROTOCOL, text('next'), soon());
    await inbox.has(1);
    assert.deepEqual(inbox.frames.length, 1);
    gate.resolve();
    await inbox.has(2);
  });

  test(`${name}: a frame of the largest size and an empty one arrive; a larger one is refused at its sender`, async (t) => {
    const [a, b] = await start(t);
    const inbox = listen(b);
    await a.streams.send(b.peerId, PROTOCOL, new Uint8Array(MAX_STREAM_FRAME_BYTES), soon());
    await a.streams.send(b.peerId, PROTOCOL, new Uint8Array(0), soon());
    await inbox.has(2);
    assert.deepEqual(
      inbox.frames.map(([frame]) => frame.length),
      [MAX_STREAM_FRAME_BYTES, 0],
    );
    const attempt = a.streams.send(b.peerId, PROTOCOL, new Uint8Array(MAX_STREAM_FRAME_BYTES + 1), soon());
    await assert.rejects(attempt, { name: 'NetworkError', code: 'FRAME_TOO_LARGE' });
  });

  test(`${name}: after a handler threw, the next frame still arrives`, async (t) => {
    const [a, b] = await start(t);
    const inbox = listen(b, async (words) => {
      if (words === 'bad') throw new Error('broken handler');
    });
    await a.streams.send(b.peerId, PROTOCOL, text('bad'), soon());
    await inbox.has(1);
    // What is sent while the stream is being closed is lost with it: send until one gets through.
    const isThrough = (): boolean => inbox.frames.some(([frame]) => frame === 'good');
    const sendUntilThrough = async (): Promise<void> => {
      while (!isThrough()) {
        await a.streams.send(b.peerId, PROTOCOL, text('good'), soon());
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await within('a good frame', sendUntilThrough());
    await inbox.has(2);
  });

  test(`${name}: an unknown peer, no peer id at all, and a protocol nobody handles are PEER_UNREACHABLE`, async (t) => {
    const [a, b] = await start(t);
    for (const [to, protocol] of [
      [NOBODY, PROTOCOL],
      ['garbage', PROTOCOL],
      [b.peerId, OTHER_PROTOCOL],
    ] as const) {
      const attempt = a.streams.send(to, protocol, text('lost'), soon());
      await assert.rejects(attempt, { name: 'NetworkError', code: 'PEER_UNREACHABLE' });
    }
  });

  test(`${name}: an aborted signal is SEND_TIMEOUT`, async (t) => {
    const [a, b] = await start(t);
    listen(b);
    const attempt = a.streams.send(b.peerId, PROTOCOL, text('late'), AbortSignal.abort());
    await assert.rejects(attempt, { name: 'NetworkError', code: 'SEND_TIMEOUT' });
  });

  test(`${name}: sending to a peer that left becomes PEER_UNREACHABLE, also over a stream that was open`, async (t) => {
    const [a, b] = await start(t);
    const inbox = listen(b);
    await a.streams.send(b.peerId, PROTOCOL, text('first'), soon());
    await inbox.has(1);
    await b.leave();
    // The first frames may still be taken by a connection whose end has not been noticed.
    const sendUntilRefused = async (): Promise<void> => {
      for (;;) await a.streams.send(b.peerId, PROTOCOL, text('second'), soon());
    };
    await assert.rejects(within('a refusal', sendUntilRefused()), { name: 'NetworkError', code: 'PEER_UNREACHABLE' });
  });

  test(`${name}: a second handler for a protocol is refused`, async (t) => {
    const [a] = await start(t);
    listen(a);
    assert.throws(() => listen(a), /has a handler already/);
  });
};
