import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Bytes32,
  LOCK_VOTE,
  lockRootOf,
  nobleSecp256k1,
  type SeatMessage,
  type Verified,
  verifyEvidence,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { type Committee, executionOf, outputBytes, signBody, signSeatMessage } from '../sim/committee.ts';
import { exchange, feed, type Node } from '../sim/node.ts';
import { certificateOf, committeeOf, EXACT, effectsOf, executed } from './scene.ts';

describe('equivocation', () => {
  const evidenceOf = (committee: Committee, node: Node) => {
    const found = effectsOf(node, 'evidence').map(({ evidence }) => evidence);
    const { seats } = committee.params;
    const sessionKeyOf = (operator: string) => seats.find((seat) => seat.operator === operator)?.sessionKey;
    for (const evidence of found) assert.deepEqual(verifyEvidence({ ...committee, sessionKeyOf, evidence }), evidence);
    return found.map(({ kind, operator }) => `${kind} of ${seats.findIndex((seat) => seat.operator === operator)}`);
  };

  test('a second, different commit is evidence, once', () => {
    const committee = committeeOf(EXACT, 4, nobleSecp256k1);
    const [a] = executed(committee, [1]);
    const [, b] = executed(committee, [1, 1]);
    const [, again] = executed(committee, [1, 2]);
    for (const node of [b, b, again, again]) exchange(committee, { type: 'commit', from: [node], to: [a] });
    assert.deepEqual(evidenceOf(committee, a), ['commit of 1']);
  });

  test('a second, different lock vote is evidence, once', () => {
    const committee = committeeOf();
    const [a] = executed(committee, [1]);
    const { taskId, round } = committee.params;
    for (const lockRoot of [ZERO_BYTES32, lockRootOf([]), ZERO_BYTES32, lockRootOf([])]) {
      const lockVote = signBody(committee, { seat: 2, schema: LOCK_VOTE, body: { taskId, round, seat: 2, lockRoot } });
      feed(committee, a, {
        type: 'message',
        message: { type: 'lock-vote', lockVote, lockedSeats: 0n } as Verified<SeatMessage>,
      });
    }
    assert.deepEqual(evidenceOf(committee, a), ['lock-vote of 2']);
  });

  test('a vote against the statement in the own reveal is evidence, once', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: [b, nodes[2]], to: [a] });
    const statement = { ...certificateOf(a).statement, resultDigest: ZERO_BYTES32 };
    const vote = signSeatMessage(committee, 1, { type: 'vote', seat: 1, canonicalSeat: 1, statement });
    for (let i = 0; i < 2; i += 1) feed(committee, a, { type: 'message', message: vote });
    assert.deepEqual(evidenceOf(committee, a), ['statement of 1']);
  });

  const falseReveal = (committee: Committee, seat: number, lockRoot: Bytes32) => {
    const { taskId, round } = committee.params;
    const { resultHash, salt, output } = executionOf(seat, outputBytes([7]), 3);
    const reveal = { taskId, round, seat, lockRoot, resultHash, salt, execMs: 1 };
    const statement = { taskId, round, epoch: 7n, seatCount: 4, lockRoot, resultDigest: ZERO_BYTES32 };
    return signSeatMessage(committee, seat, { type: 'reveal', reveal, output, statement });
  };

  test('a reveal that does not open the one commit of its seat is evidence, whichever comes first', () => {
    const committee = committeeOf(EXACT, 4, nobleSecp256k1);
    const [, b] = executed(committee, [1, 1]);
    const commit = b.sent[0] ?? assert.fail();
    const reveal = falseReveal(committee, 1, ZERO_BYTES32);
    for (const messages of [
      [commit, reveal],
      [reveal, commit, reveal],
    ]) {
      const [a] = executed(committee, [1]);
      for (const message of messages) feed(committee, a, { type: 'message', message });
      assert.deepEqual(evidenceOf(committee, a), ['opening of 1']);
    }
  });

  test('of a seat with two commits no reveal is called false: the two are worse', () => {
    const committee = committeeOf();
    const [a] = executed(committee, [1]);
    for (const value of [1, 2]) {
      const [, b] = executed(committee, [1, value]);
      exchange(committee, { type: 'commit', from: [b], to: [a] });
    }
    feed(committee, a, { type: 'message', message: falseReveal(committee, 1, ZERO_BYTES32) });
    assert.deepEqual(evidenceOf(committee, a), ['commit of 1']);
  });

  test('a seat never accuses itself', () => {
    const committee = committeeOf();
    const [a] = executed(committee, [1]);
    const [twin] = executed(committee, [2]);
    exchange(committee, { type: 'commit', from: [twin], to: [a] });
    feed(committee, a, { type: 'message', message: twin.sent[0] ?? assert.fail() });
    assert.deepEqual(evidenceOf(committee, a), []);
  });
});
