import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { createReconnect } from '../../src/network/reconnect.ts';

const setUp = () => {
  const clock = createMemoryClock();
  const connected = new Set<string>();
  const dials: { readonly peerId: string; readonly atMs: number }[] = [];
  let isReachable = false;
  const reconnect = createReconnect({
    clock,
    connect: async (peerId) => {
      dials.push({ peerId, atMs: clock.nowMs() });
      if (!isReachable) throw new Error('unreachable');
      connected.add(peerId);
    },
    isConnected: (peerId) => connected.has(peerId),
    random: () => 0,
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    dials,
    reconnect,
    connected,
    /** Moves the time second by second, so that failed dials are scheduled again. */
    pass: async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i += 1) {
        await settle();
        clock.advance(1000);
        await settle();
      }
    },
    reach: () => {
      isReachable = true;
    },
  };
};

test('an unreachable peer is tried at doubling distances up to 30 s, and never given up', async () => {
  const { clock, dials, reconnect, pass } = setUp();
  reconnect.keep('bootstrap', ['a']);
  clock.advance(0);
  await pass(150);
  assert.deepEqual(
    dials.map(({ atMs }) => atMs / 1000),
    [0, 1, 3, 7, 15, 31, 61, 91, 121],
  );
});

test('a lost peer is dialled again after a second, and left alone once it is back', async () => {
  const { dials, reconnect, connected, pass, reach } = setUp();
  reach();
  reconnect.keep('bootstrap', ['a']);
  await pass(2);
  connected.delete('a');
  reconnect.lost('a');
  await pass(60);
  assert.equal(dials.length, 2);
});

test('a peer of no group any more is not dialled', async () => {
  const { dials, reconnect, pass } = setUp();
  reconnect.keep('committee', ['a', 'b']);
  reconnect.keep('committee', ['b']);
  await pass(1);
  assert.deepEqual([...new Set(dials.map(({ peerId }) => peerId))], ['b']);
  reconnect.lost('stranger');
  reconnect.close();
  await pass(100);
  assert.deepEqual([...new Set(dials.map(({ peerId }) => peerId))], ['b']);
});
