import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commitHashOf, type SeatMessage, type Verified, ZERO_BYTES32 } from '../../src/index.ts';
import { executionOf, outputBytes } from '../sim/committee.ts';
import { createNode, exchange, feed, sentOf } from '../sim/node.ts';
import { committeeOf, effectsOf, executed, typesOf } from './scene.ts';

describe('commit', () => {
  test('the result is persisted before the commit is signed', () => {
    const [node] = executed(committeeOf(), [1, 1, 1, 1]);
    assert.deepEqual(typesOf(node.effects), ['persist', 'sign commit']);
  });

  test('the commit hides the result behind the salt', () => {
    const committee = committeeOf();
    const [node] = executed(committee, [1]);
    const { taskId, round, seats } = committee.params;
    const { resultHash, salt } = executionOf(0, outputBytes([1]));
    const operator = seats[0]?.operator ?? assert.fail();
    const opening = { taskId, round, seat: 0, operator, resultHash };
    const commit = sentOf(node, 'commit')[0]?.commit.body;
    assert.equal(commit?.commitHash, commitHashOf({ ...opening, salt }));
    assert.notEqual(commit?.commitHash, commitHashOf({ ...opening, salt: ZERO_BYTES32 }));
  });

  test('a seat whose execution failed or came too late never commits', () => {
    const committee = committeeOf();
    for (const event of [{ type: 'execution-failed' }, { type: 'timer', timer: 'exec' }] as const) {
      const node = createNode(committee, 0);
      feed(committee, node, event);
      feed(committee, node, { type: 'executed', result: executionOf(0, outputBytes([1])) });
      assert.deepEqual(node.effects, []);
    }
  });

  test("another seat's first commit is relayed once", () => {
    const committee = committeeOf();
    const [a, b] = executed(committee, [1, 1]);
    for (let i = 0; i < 3; i += 1) exchange(committee, { type: 'commit', from: [b], to: [a] });
    assert.equal(effectsOf(a, 'relay').length, 1);
  });

  test('messages of another task or round are ignored', () => {
    const committee = committeeOf();
    const [a, b] = executed(committee, [1, 1]);
    const commit = sentOf(b, 'commit')[0]?.commit ?? assert.fail();
    const before = a.state;
    for (const change of [{ round: 1 }, { taskId: ZERO_BYTES32 as typeof commit.body.taskId }]) {
      const message = {
        type: 'commit',
        commit: { ...commit, body: { ...commit.body, ...change } },
      } as Verified<SeatMessage>;
      feed(committee, a, { type: 'message', message });
    }
    assert.deepEqual(a.state, before);
  });
});
