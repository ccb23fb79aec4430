import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeCanonical } from '../../src/index.ts';
import { executionOf, outputBytes, signSeatMessage } from '../sim/committee.ts';
import { createNode, exchange, feed, sentOf } from '../sim/node.ts';
import { committeeOf, effectsOf, executed, signersOf, TOLERANCE } from './scene.ts';

describe('tolerance mode', () => {
  test('seats within the tolerance vote for the medoid, and only its signers are certified', () => {
    const committee = committeeOf(TOLERANCE);
    const nodes = executed(committee, [1, 1.04, 1.08, 1.5]);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: nodes, to: nodes });
    exchange(committee, { type: 'vote', from: nodes, to: nodes });
    assert.deepEqual(signersOf(nodes[0]), [0, 1, 2]);
    assert.deepEqual(effectsOf(nodes[0], 'certified').at(-1)?.agreed?.output, outputBytes([1.04]));
    assert.equal(sentOf(nodes[3], 'vote').length, 0);
    assert.equal(effectsOf(nodes[3], 'dissent').length, 1);
  });

  test('a seat that withholds its reveal delays the vote to the reveal timer only', () => {
    const committee = committeeOf(TOLERANCE);
    const nodes = executed(committee, [1, 1, 1, 1]);
    const others = nodes.slice(0, 3);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: others, to: others });
    assert.equal(sentOf(nodes[0], 'vote').length, 0);
    feed(committee, nodes[0], { type: 'timer', timer: 'reveal' });
    assert.equal(sentOf(nodes[0], 'vote').length, 1);
  });

  test('the vote of a seat that never revealed is not certified', () => {
    const committee = committeeOf(TOLERANCE);
    const nodes = executed(committee, [1, 1, 1, 1]);
    const others = nodes.slice(0, 3);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: others, to: others });
    for (const node of others) feed(committee, node, { type: 'timer', timer: 'reveal' });
    const { statement } = sentOf(nodes[0], 'vote')[0] ?? assert.fail();
    const rider = signSeatMessage(committee, 3, { type: 'vote', seat: 3, canonicalSeat: 0, statement: statement.body });
    feed(committee, nodes[0], { type: 'message', message: rider });
    exchange(committee, { type: 'vote', from: others, to: others });
    assert.deepEqual(signersOf(nodes[0]), [0, 1, 2]);
  });

  test('an output that is no tensor agrees with nothing and harms nobody', () => {
    const committee = committeeOf(TOLERANCE);
    const junk = Uint8Array.of(1, 2, 3);
    assert.throws(() => decodeCanonical(junk));
    const nodes = executed(committee, [1, 1, 1]);
    const liar = createNode(committee, 3);
    feed(committee, liar, { type: 'executed', result: executionOf(3, junk) });
    const all = [...nodes, liar];
    for (const type of ['commit', 'reveal', 'vote'] as const) exchange(committee, { type, from: all, to: all });
    assert.deepEqual(signersOf(nodes[0]), [0, 1, 2]);
    assert.equal(sentOf(liar, 'vote').length, 0);
  });
});
