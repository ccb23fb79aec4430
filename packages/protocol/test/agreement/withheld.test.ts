import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISSENT_DIFFERS, DISSENT_WITHHELD } from '../../src/index.ts';
import { exchange, feed, type Node } from '../sim/node.ts';
import { committeeOf, effectsOf, executed, TOLERANCE } from './scene.ts';

/** All commit; seats 0, 1 and 2 reveal and certify, seat 3 keeps its reveal back. */
const withholding = (mode = committeeOf().params.mode) => {
  const committee = committeeOf(mode);
  const nodes = executed(committee, [1, 1, 1, 1]);
  const honest = nodes.slice(0, 3);
  exchange(committee, { type: 'commit', from: nodes, to: nodes });
  exchange(committee, { type: 'reveal', from: honest, to: nodes });
  for (const node of honest) feed(committee, node, { type: 'timer', timer: 'reveal' });
  exchange(committee, { type: 'vote', from: honest, to: nodes });
  return { committee, nodes, honest };
};

const delaysOf = (node: Node) =>
  effectsOf(node, 'start-timer').flatMap(({ timer, delayMs }) => (timer === 'withheld' ? [delayMs] : []));
const reasonsOf = (node: Node) => effectsOf(node, 'dissent').map(({ reason }) => reason);

test('locked seats give missing reveals half of the settle time, each a little longer than the seat before it', () => {
  const { nodes, committee } = withholding();
  const { settleMs } = committee.params.timing;
  assert.deepEqual(
    nodes.slice(0, 3).flatMap(delaysOf),
    [0, 1, 2].map((place) => Math.floor(settleMs / 2 + (place * settleMs) / 16)),
  );
});

for (const mode of [committeeOf().params.mode, TOLERANCE]) {
  test(`a locked seat that never reveals is dissented from, once, in ${mode.type} mode`, () => {
    const { committee, honest } = withholding(mode);
    for (const node of honest) {
      feed(committee, node, { type: 'timer', timer: 'withheld' });
      feed(committee, node, { type: 'timer', timer: 'withheld' });
      assert.deepEqual(reasonsOf(node), [DISSENT_WITHHELD]);
    }
  });
}

test('a reveal within that time is no reason to dissent', () => {
  const { committee, nodes } = withholding();
  const [a, , , late] = nodes;
  exchange(committee, { type: 'reveal', from: [late], to: [a] });
  feed(committee, a, { type: 'timer', timer: 'withheld' });
  assert.deepEqual(reasonsOf(a), []);
});

test('nobody dissents over a withheld reveal after the settle timer', () => {
  const { committee, honest } = withholding();
  const [a] = honest as [Node];
  feed(committee, a, { type: 'timer', timer: 'settle' });
  feed(committee, a, { type: 'timer', timer: 'withheld' });
  assert.deepEqual(reasonsOf(a), []);
});

test('a seat that has not revealed itself accuses nobody of withholding', () => {
  const committee = committeeOf();
  const nodes = executed(committee, [1, 1, 1, 1]);
  const [a, b, c, d] = nodes;
  // d never hears of c's commit, and so does not reveal.
  exchange(committee, { type: 'commit', from: nodes, to: [a, b, c] });
  exchange(committee, { type: 'commit', from: [a, b], to: [d] });
  exchange(committee, { type: 'reveal', from: [a, b], to: nodes });
  exchange(committee, { type: 'reveal', from: [c], to: [a, b] });
  feed(committee, d, { type: 'timer', timer: 'withheld' });
  assert.deepEqual(reasonsOf(d), []);
});

test('a liar dissents because its execution differs, and not once more for a missing reveal', () => {
  const committee = committeeOf();
  const nodes = executed(committee, [1, 1, 1, 9]);
  const [, , , liar] = nodes;
  exchange(committee, { type: 'commit', from: nodes, to: nodes });
  exchange(committee, { type: 'reveal', from: nodes.slice(0, 3), to: nodes });
  feed(committee, liar, { type: 'timer', timer: 'withheld' });
  assert.deepEqual(reasonsOf(liar), [DISSENT_DIFFERS]);
});

test('a locked seat that reveals another value and keeps quiet about it is dissented from', () => {
  const committee = committeeOf();
  const nodes = executed(committee, [1, 1, 1, 9]);
  const [a, b, c, liar] = nodes;
  exchange(committee, { type: 'commit', from: nodes, to: nodes });
  exchange(committee, { type: 'reveal', from: [liar], to: [a, b] });
  exchange(committee, { type: 'reveal', from: [a, b, c], to: [a, b, c] });
  feed(committee, a, { type: 'timer', timer: 'withheld' });
  assert.deepEqual(reasonsOf(a), [DISSENT_WITHHELD]);
});
