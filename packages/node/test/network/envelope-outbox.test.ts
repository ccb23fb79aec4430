import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope, MAX_ENVELOPE_MESSAGES } from '@mlb/protocol';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { createEnvelopeOutbox } from '../../src/network/envelope-outbox.ts';

const setUp = () => {
  const clock = createMemoryClock();
  const sent: number[] = [];
  const outbox = createEnvelopeOutbox(clock, async (envelope) => void sent.push(decodeEnvelope(envelope).length));
  return { clock, sent, outbox };
};
const message = new Uint8Array(100);

test('what comes within 15 ms travels together', async () => {
  const { clock, sent, outbox } = setUp();
  const first = outbox.add(message);
  clock.advance(14);
  const second = outbox.add(message);
  assert.deepEqual(sent, []);
  clock.advance(1);
  await Promise.all([first, second]);
  assert.deepEqual(sent, [2]);
  assert.equal(clock.pending(), 0);
});

test('a full envelope does not wait', async () => {
  const { clock, sent, outbox } = setUp();
  const all = Array.from({ length: MAX_ENVELOPE_MESSAGES + 1 }, () => outbox.add(message));
  assert.deepEqual(sent, [MAX_ENVELOPE_MESSAGES]);
  clock.advance(15);
  await Promise.all(all);
  assert.deepEqual(sent, [MAX_ENVELOPE_MESSAGES, 1]);
});

test('large messages share an envelope only as far as the size cap goes', async () => {
  const { clock, sent, outbox } = setUp();
  const all = Array.from({ length: 5 }, () => outbox.add(new Uint8Array(20 * 1024)));
  clock.advance(15);
  await Promise.all(all);
  assert.deepEqual(sent, [2, 2, 1]);
});

test('all messages of an envelope fail as it does', async () => {
  const clock = createMemoryClock();
  const outbox = createEnvelopeOutbox(clock, () => Promise.reject(new Error('no network')));
  const all = [outbox.add(message), outbox.add(message)];
  clock.advance(15);
  for (const added of all) await assert.rejects(added, /no network/);
});

test('closing sends what was collected and refuses more', async () => {
  const { sent, outbox } = setUp();
  const added = outbox.add(message);
  outbox.close();
  await added;
  assert.deepEqual(sent, [1]);
  await assert.rejects(outbox.add(message), { name: 'NetworkError', code: 'CLOSED' });
});
