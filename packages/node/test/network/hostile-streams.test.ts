import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Stream } from '@libp2p/interface';
import { COMMITTEE_PROTOCOL, MAX_STREAM_FRAME_BYTES } from '@mlb/protocol';
import * as lp from 'it-length-prefixed';
import { createMemoryClock } from '../../src/clock/memory.ts';
import type { FrameOutcome, NetworkCount } from '../../src/network/count.ts';
import { type CountedPeer, startPeer, startPeers } from './loopback.ts';
import { until, within } from './within.ts';

const outcome =
  (wanted: FrameOutcome) =>
  (count: NetworkCount): boolean =>
    count.type === 'frame' && count.outcome === wanted;

const soon = (): AbortSignal => AbortSignal.timeout(10_000);

const startPair = async (t: TestContext): Promise<readonly [victim: CountedPeer, attacker: CountedPeer]> => {
  const [victim, attacker] = await startPeers(t, 2);
  assert.ok(victim !== undefined && attacker !== undefined);
  return [victim, attacker];
};

const openRaw = (attacker: CountedPeer, victim: CountedPeer): Promise<Stream> =>
  attacker.libp2p.dialProtocol(victim.libp2p.peerId, COMMITTEE_PROTOCOL);

const closed = (stream: Stream): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.addEventListener('close', () => resolve(), { once: true });
  return within('the reset', promise);
};

test('a frame that declares more than the limit closes the stream at once; the next stream works', async (t) => {
  const [victim, attacker] = await startPair(t);
  const frames: number[] = [];
  victim.streams.handle(COMMITTEE_PROTOCOL, async (frame) => void frames.push(frame.length));
  const stream = await openRaw(attacker, victim);
  const reset = closed(stream);
  stream.send(lp.encode.single(new Uint8Array(MAX_STREAM_FRAME_BYTES + 1)).subarray(0, 100));
  await reset;
  await within('malformed', victim.counted(outcome('malformed')));
  await attacker.streams.send(victim.peerId, COMMITTEE_PROTOCOL, new Uint8Array(7), soon());
  await until('the good frame', () => frames.length === 1);
});

test('a length that never ends closes the stream', async (t) => {
  const [victim, attacker] = await startPair(t);
  victim.streams.handle(COMMITTEE_PROTOCOL, async () => undefined);
  const stream = await openRaw(attacker, victim);
  const reset = closed(stream);
  stream.send(new Uint8Array(64).fill(0xff));
  await reset;
});

test('random bytes on a stream harm nobody', async (t) => {
  const [victim, attacker] = await startPair(t);
  let good = 0;
  victim.streams.handle(COMMITTEE_PROTOCOL, async (frame) => {
    if (frame.length === 3 && frame[0] === 42) good += 1;
  });
  for (let i = 0; i < 4; i += 1) {
    const stream = await openRaw(attacker, victim);
    stream.send(new Uint8Array(randomBytes(2000)));
    await stream.close().catch(() => undefined);
  }
  await attacker.streams.send(victim.peerId, COMMITTEE_PROTOCOL, new Uint8Array([42, 0, 0]), soon());
  await until('the good frame', () => good === 1);
});

test('frames faster than the limit close the stream', async (t) => {
  // The victim's clock stands still, so that its bucket never fills again.
  const victim = await startPeer(t, { clock: createMemoryClock() });
  const attacker = await startPeer(t);
  victim.streams.handle(COMMITTEE_PROTOCOL, async () => undefined);
  await attacker.dial(victim.multiaddrs()[0] ?? '', soon());
  const stream = await openRaw(attacker, victim);
  const reset = closed(stream);
  for (let i = 0; i < 100; i += 1) stream.send(new Uint8Array(Array.from({ length: 100 }, () => [1, 7]).flat()));
  await reset;
  await within('too fast', victim.counted(outcome('too-fast')));
});

test('a slow reader holds its sender back instead of filling memory, and gets every frame in the end', async (t) => {
  const [reader, sender] = await startPair(t);
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  reader.streams.handle(COMMITTEE_PROTOCOL, async () => {
    await gate.promise;
    handled += 1;
  });
  const frame = new Uint8Array(MAX_STREAM_FRAME_BYTES);
  const send = (signal: AbortSignal): Promise<void> =>
    sender.streams.send(reader.peerId, COMMITTEE_PROTOCOL, frame, signal);
  let taken = 0;
  const sendUntilHeldBack = async (): Promise<void> => {
    for (;;) {
      await send(AbortSignal.timeout(1000));
      taken += 1;
    }
  };
  await assert.rejects(sendUntilHeldBack(), { name: 'NetworkError', code: 'SEND_TIMEOUT' });
  // Window, read buffer and the frame in hand: some MiB, and not one byte more for as long as it takes.
  assert.ok(taken * frame.length < 16 * 1024 * 1024, `${taken} frames were taken by a reader that reads none`);
  gate.resolve();
  for (let i = 0; i < 20; i += 1) await send(AbortSignal.timeout(10_000));
  await until('all frames', () => handled === taken + 20);
});

const halfOpen = (port: number): Promise<Socket> => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(port, '127.0.0.1', () => resolve(socket));
  socket.on('error', reject);
  return promise;
};

test('a hundred half-open connections do not shut out an honest dial', async (t) => {
  const victim = await startPeer(t);
  const port = Number(victim.multiaddrs()[0]?.split('/')[4]);
  const sockets = await Promise.all(Array.from({ length: 100 }, () => halfOpen(port)));
  for (const socket of sockets) socket.on('error', () => undefined);
  const honest = await startPeer(t);
  assert.equal(await honest.dial(victim.multiaddrs()[0] ?? '', soon()), victim.peerId);
  for (const socket of sockets) socket.destroy();
});
