import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AgreementMode, RoundEvent, SeatMessage, Verified } from '../../src/index.ts';
import { createCommittee, executionOf, outputBytes } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { createNode, exchange, feed, type Node } from '../sim/node.ts';

const MODES: readonly AgreementMode[] = [{ type: 'exact' }, { type: 'tolerance', atol: 0.1, rtol: 0 }];

/** All messages of a committee in which seat 3 may be wrong. */
const conversation = (mode: AgreementMode, last: number) => {
  const committee = createCommittee({ size: 4, mode, secp256k1: fakeSecp256k1 });
  const nodes = [1, 1, 1, last].map((value, seat): Node => {
    const node = createNode(committee, seat);
    feed(committee, node, { type: 'executed', result: executionOf(seat, outputBytes([value])) });
    return node;
  });
  for (const type of ['commit', 'reveal', 'vote'] as const) exchange(committee, { type, from: nodes, to: nodes });
  return { committee, others: nodes.slice(1).flatMap(({ sent }) => sent) };
};

/** A node's end, apart from the order in which things became known. */
const endOf = (node: Node) => {
  const { certificate, spent, statements, commits, phase, hasDissented } = node.state;
  return { certificate, spent, statements, commits, phase, hasDissented };
};

const shuffled = <T>(items: readonly T[], keys: readonly number[]): readonly T[] =>
  items
    .map((item, i) => ({ item, key: keys[i] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const CONVERSATIONS = MODES.flatMap((mode) => [1, 5].map((last) => conversation(mode, last)));

test('the same messages in any order, each any number of times, end in the same state (I7)', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CONVERSATIONS),
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      ({ committee, others }, keys) => {
        const run = (messages: readonly Verified<SeatMessage>[]): Node => {
          const node = createNode(committee, 0);
          feed(committee, node, { type: 'executed', result: executionOf(0, outputBytes([1])) });
          for (const message of messages) feed(committee, node, { type: 'message', message });
          return node;
        };
        assert.deepEqual(endOf(run(shuffled([...others, ...others], keys))), endOf(run(others)));
      },
    ),
    { seed: Number(process.env.MLB_SEED ?? 20_260_726), numRuns: 100 },
  );
});

test('an event that was already heard changes no state and has no effect', () => {
  const { committee, others } = conversation({ type: 'exact' }, 5);
  const node = createNode(committee, 0);
  const events: readonly RoundEvent[] = [
    { type: 'executed', result: executionOf(0, outputBytes([1])) },
    ...others.map((message): RoundEvent => ({ type: 'message', message })),
    { type: 'timer', timer: 'settle' },
  ];
  for (const event of events) feed(committee, node, event);
  const before = node.state;
  for (const event of events) assert.deepEqual(feed(committee, node, event), []);
  assert.deepEqual(node.state, before);
});
