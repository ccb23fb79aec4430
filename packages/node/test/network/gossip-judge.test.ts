import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEnvelope } from '@mlb/protocol';
import { createMemoryClock } from '../../src/clock/memory.ts';
import type { NetworkCount } from '../../src/network/count.ts';
import { createEnvelopeJudge, worstOf } from '../../src/network/gossip-judge.ts';
import type { GossipHandler, GossipVerdict } from '../../src/port/gossip.ts';

const setUp = (handler: GossipHandler) => {
  const clock = createMemoryClock();
  const counts: NetworkCount[] = [];
  const judge = createEnvelopeJudge({ topic: 'order', handler, clock, count: (count) => void counts.push(count) });
  return { clock, judge, outcomes: () => counts.map(({ outcome }) => outcome) };
};
const envelope = encodeEnvelope([new Uint8Array([1])]);

test('one rejected message condemns an envelope, one accepted message carries the ignored ones', () => {
  const cases: readonly (readonly [readonly GossipVerdict[], GossipVerdict])[] = [
    [['accept', 'ignore'], 'accept'],
    [['ignore', 'accept', 'reject'], 'reject'],
    [['ignore', 'ignore'], 'ignore'],
    [['accept'], 'accept'],
  ];
  for (const [verdicts, expected] of cases) assert.equal(worstOf(verdicts), expected);
});

test('a handler that does not answer counts as late and ignored, and frees its place', async () => {
  const { clock, judge, outcomes } = setUp(() => new Promise(() => undefined));
  const verdict = judge(envelope, 'a');
  clock.advance(10_000);
  assert.equal(await verdict, 'ignore');
  assert.deepEqual(outcomes(), ['late']);
});

test('a flood of one peer is dropped beyond its share, and another peer is still heard', async () => {
  const gate = Promise.withResolvers<GossipVerdict>();
  const { judge, outcomes } = setUp(() => gate.promise);
  const flood = Array.from({ length: 200 }, () => judge(envelope, 'flooder'));
  const honest = judge(envelope, 'honest');
  assert.equal(outcomes().filter((outcome) => outcome === 'dropped').length, 200 - 128);
  gate.resolve('accept');
  assert.equal(await honest, 'accept');
  assert.deepEqual((await Promise.all(flood)).filter((verdict) => verdict === 'ignore').length, 200 - 128);
  assert.equal(await judge(envelope, 'flooder'), 'accept');
});

test('a flood from many peers is dropped beyond the bound of the topic', async () => {
  const gate = Promise.withResolvers<GossipVerdict>();
  const { judge, outcomes } = setUp(() => gate.promise);
  const flood = Array.from({ length: 600 }, (_, i) => judge(envelope, `peer ${i % 10}`));
  assert.equal(outcomes().filter((outcome) => outcome === 'dropped').length, 600 - 512);
  gate.resolve('ignore');
  await Promise.all(flood);
});
