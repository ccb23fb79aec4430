import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { executionOf, outputBytes } from '../sim/committee.ts';
import { exchange, feed, restartNode } from '../sim/node.ts';
import { committeeOf, executed } from './scene.ts';

describe('restart', () => {
  test('a node that persisted but did not sign commits to the same result again', () => {
    const committee = committeeOf();
    const [a] = executed(committee, [1]);
    const result = executionOf(0, outputBytes([1]));
    const again = restartNode(committee, a, { result, signedOwn: [] });
    assert.deepEqual(again.sent, a.sent);
  });

  test('what was signed before is not signed again, and a committed node goes on to reveal', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, ...others] = nodes;
    const result = executionOf(0, outputBytes([1]));
    const again = restartNode(committee, a, { result, signedOwn: [...a.sent] });
    assert.deepEqual(again.sent, []);
    exchange(committee, { type: 'commit', from: others, to: [again] });
    assert.deepEqual(
      again.sent.map(({ type }) => type),
      ['reveal'],
    );
  });

  test('a node that lock-voted in an earlier life gives no second lock vote', () => {
    const committee = committeeOf();
    const [a, b, c, d] = executed(committee, [1, 1, 1, 1]);
    exchange(committee, { type: 'commit', from: [b, c], to: [a] });
    feed(committee, a, { type: 'timer', timer: 'grace' });
    const again = restartNode(committee, a, { result: executionOf(0, outputBytes([1])), signedOwn: [...a.sent] });
    exchange(committee, { type: 'commit', from: [b, c, d], to: [again] });
    feed(committee, again, { type: 'timer', timer: 'grace' });
    assert.deepEqual(again.sent, []);
  });

  test('a node whose result was lost reveals nothing, whatever it computes now', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, ...others] = nodes;
    const again = restartNode(committee, a, { result: undefined, signedOwn: [...a.sent] });
    feed(committee, again, { type: 'executed', result: executionOf(0, outputBytes([1]), 9) });
    exchange(committee, { type: 'commit', from: others, to: [again] });
    assert.deepEqual(again.sent, []);
  });
});
