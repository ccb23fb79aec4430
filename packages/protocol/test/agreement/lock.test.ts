import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMMIT, hashRecord, lockRootOf, ZERO_BYTES32 } from '../../src/index.ts';
import { executionOf, outputBytes, signSeatMessage } from '../sim/committee.ts';
import { exchange, feed, sentOf } from '../sim/node.ts';
import { certificateOf, committeeOf, effectsOf, executed, signersOf } from './scene.ts';

describe('lock and reveal', () => {
  test('a seat reveals when all have committed, and not one commit earlier', () => {
    const committee = committeeOf();
    const [a, b, c, d] = executed(committee, [1, 1, 1, 1]);
    exchange(committee, { type: 'commit', from: [b, c], to: [a] });
    assert.equal(sentOf(a, 'reveal').length, 0);
    exchange(committee, { type: 'commit', from: [d], to: [a] });
    assert.equal(sentOf(a, 'reveal').length, 1);
    assert.equal(sentOf(a, 'lock-vote').length, 0);
  });

  test('with a seat missing, grace is followed by a lock vote and not by a reveal', () => {
    const committee = committeeOf();
    const [a, b, c] = executed(committee, [1, 1, 1]);
    exchange(committee, { type: 'commit', from: [b], to: [a] });
    assert.equal(effectsOf(a, 'start-timer').length, 0);
    exchange(committee, { type: 'commit', from: [c], to: [a] });
    assert.deepEqual(
      effectsOf(a, 'start-timer').map(({ timer }) => timer),
      ['grace'],
    );
    feed(committee, a, { type: 'timer', timer: 'grace' });
    assert.equal(sentOf(a, 'lock-vote').length, 1);
    assert.equal(sentOf(a, 'reveal').length, 0);
  });

  test('70 % of the lock votes for one root open the reveals; two of four do not', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1]);
    const [a, b, c] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    for (const node of nodes) feed(committee, node, { type: 'timer', timer: 'grace' });
    exchange(committee, { type: 'lock-vote', from: [b], to: [a] });
    assert.equal(sentOf(a, 'reveal').length, 0);
    exchange(committee, { type: 'lock-vote', from: [c], to: [a] });
    assert.equal(sentOf(a, 'reveal').length, 1);
  });

  test('a commit that came after the own lock vote is never locked', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, late] = nodes;
    const early = [a, b, c];
    exchange(committee, { type: 'commit', from: early, to: early });
    for (const node of early) feed(committee, node, { type: 'timer', timer: 'grace' });
    exchange(committee, { type: 'commit', from: [late], to: early });
    assert.equal(sentOf(a, 'reveal').length, 0);
    exchange(committee, { type: 'lock-vote', from: early, to: early });
    exchange(committee, { type: 'reveal', from: early, to: early });
    assert.deepEqual(
      certificateOf(a).locked.map(({ seat }) => seat),
      [0, 1, 2],
    );
    assert.deepEqual(signersOf(a), [0, 1, 2]);
  });

  test('a seat follows a lock that others closed with a commit it held too late itself', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, d] = nodes;
    exchange(committee, { type: 'commit', from: [b, c], to: [a] });
    feed(committee, a, { type: 'timer', timer: 'grace' });
    exchange(committee, { type: 'commit', from: [d], to: [a] });
    const locked = nodes.map((node) => {
      const body = sentOf(node, 'commit')[0]?.commit.body ?? assert.fail();
      return { seat: body.seat, commitStructHash: hashRecord(COMMIT, body) };
    });
    const { taskId, round } = committee.params;
    for (const seat of [1, 2, 3]) {
      const lockVote = { taskId, round, seat, lockRoot: lockRootOf(locked) };
      feed(committee, a, {
        type: 'message',
        message: signSeatMessage(committee, seat, { type: 'lock-vote', lockVote, lockedSeats: 0n }),
      });
    }
    assert.equal(sentOf(a, 'reveal')[0]?.reveal.body.lockRoot, lockRootOf(locked));
  });

  test('a seat that has revealed gives no lock vote when its grace timer ends', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    feed(committee, a, { type: 'timer', timer: 'grace' });
    assert.deepEqual(
      a.sent.map(({ type }) => type),
      ['commit', 'reveal'],
    );
  });

  test('a seat that sees the full set outvoted joins the votes instead of revealing', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, d] = nodes;
    exchange(committee, { type: 'commit', from: [a, b, c], to: [a, b, c] });
    for (const node of [a, b]) feed(committee, node, { type: 'timer', timer: 'grace' });
    exchange(committee, { type: 'lock-vote', from: [a, b], to: [c] });
    exchange(committee, { type: 'commit', from: [d], to: [c] });
    const root = sentOf(a, 'lock-vote')[0]?.lockVote.body.lockRoot;
    assert.equal(sentOf(c, 'lock-vote')[0]?.lockVote.body.lockRoot, root);
    assert.equal(sentOf(c, 'reveal')[0]?.reveal.body.lockRoot, root);
  });

  test('a reveal is relayed once, and only if it opens its commit', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    const { taskId, round } = committee.params;
    const lockRoot = sentOf(a, 'reveal')[0]?.reveal.body.lockRoot ?? assert.fail();
    const other = executionOf(1, outputBytes([5]));
    const reveal = { taskId, round, seat: 1, lockRoot, resultHash: other.resultHash, salt: other.salt, execMs: 1 };
    const statement = { taskId, round, epoch: 7n, seatCount: 4, lockRoot, resultDigest: ZERO_BYTES32 };
    const unsigned = { type: 'reveal', reveal, output: other.output, statement } as const;
    const reveals = () => effectsOf(a, 'relay').filter(({ message }) => message.type === 'reveal');
    feed(committee, a, { type: 'message', message: signSeatMessage(committee, 1, unsigned) });
    assert.equal(reveals().length, 0);
    for (let i = 0; i < 2; i += 1) exchange(committee, { type: 'reveal', from: [b], to: [a] });
    assert.equal(reveals().length, 1);
  });
});
