import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AUDIT_ROUND,
  type Bytes32,
  resultDigestOf,
  resultHashOf,
  type SeatMessage,
  type Verified,
  validateSeatMessage,
  verifyCertificate,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { type Committee, createCommittee, outputBytes } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { exchange, feed, type Node, sentOf } from '../sim/node.ts';
import { certificateOf, EXACT, effectsOf, executed, signersOf, TOLERANCE } from './scene.ts';

const blind = `0x${'b1'.repeat(32)}` as Bytes32;
const value = outputBytes([1]);

/** Four seats of round 0 and three auditors, in the audit of a certificate on `value`. */
const auditOf = (mode = EXACT): Committee => {
  const committee = createCommittee({ size: 7, mode, secp256k1: fakeSecp256k1 });
  const resultDigest = resultDigestOf(committee.params.taskId, blind, resultHashOf(value));
  return { ...committee, params: { ...committee.params, round: AUDIT_ROUND, earlier: [{ round: 0, resultDigest }] } };
};

const openingOf = (
  { params }: Committee,
  change: Partial<Extract<SeatMessage, { readonly type: 'earlier-value' }>> = {},
): Verified<SeatMessage> => {
  const { taskId, round } = params;
  const opening = { type: 'earlier-value', taskId, round, seat: 0, earlierRound: 0, blind, output: value, ...change };
  return opening as Verified<SeatMessage>;
};

/** All have revealed in the audit. */
const revealed = (committee: Committee, values: readonly number[]): readonly Node[] => {
  const nodes: readonly Node[] = executed(committee, values);
  exchange(committee, { type: 'commit', from: nodes, to: nodes });
  exchange(committee, { type: 'reveal', from: nodes, to: nodes });
  return nodes;
};

for (const [name, mode, values] of [
  ['exact', EXACT, [1, 1, 1, 1, 1, 1, 1]],
  ['tolerance', TOLERANCE, [1, 1.05, 0.95, 1, 1.02, 0.98, 1]],
] as const) {
  test(`in ${name} mode an audit certifies the digest of round 0 itself, once its value is opened`, () => {
    const committee = auditOf(mode);
    const nodes = revealed(committee, values);
    for (const node of nodes) assert.equal(sentOf(node, 'vote').length, 0);
    for (const node of nodes) feed(committee, node, { type: 'message', message: openingOf(committee) });
    exchange(committee, { type: 'vote', from: nodes, to: nodes });
    for (const node of nodes) {
      const certificate = certificateOf(node);
      assert.equal(certificate.statement.resultDigest, committee.params.earlier?.[0]?.resultDigest);
      assert.deepEqual(verifyCertificate({ ...committee, seats: committee.params.seats, certificate }), certificate);
      assert.equal(effectsOf(node, 'certified').at(-1)?.agreed, undefined);
    }
  });
}

test('a seat whose execution differs does not vote, and dissents once the others have certified', () => {
  const committee = auditOf();
  const nodes = revealed(committee, [1, 1, 1, 1, 1, 1, 9]);
  for (const node of nodes) feed(committee, node, { type: 'message', message: openingOf(committee) });
  exchange(committee, { type: 'vote', from: nodes, to: nodes });
  const [a, , , , , , honest] = nodes as [Node, Node, Node, Node, Node, Node, Node];
  assert.deepEqual(signersOf(a), [0, 1, 2, 3, 4, 5]);
  assert.equal(sentOf(honest, 'vote').length, 0);
  assert.equal(effectsOf(honest, 'dissent').length, 1);
  assert.equal(effectsOf(a, 'dissent').length, 0);
});

test('auditors that agree among themselves on another value certify nothing', () => {
  const committee = auditOf();
  const nodes = revealed(committee, [9, 9, 9, 9, 9, 9, 9]);
  for (const node of nodes) feed(committee, node, { type: 'message', message: openingOf(committee) });
  exchange(committee, { type: 'vote', from: nodes, to: nodes });
  for (const node of nodes) assert.equal(effectsOf(node, 'certified').length, 0);
});

test('what does not open the certified digest is no opening, whoever sends it', () => {
  const committee = auditOf();
  const [node] = revealed(committee, [1, 1, 1, 1, 1, 1, 1]) as [Node];
  for (const change of [{ blind: ZERO_BYTES32 }, { output: outputBytes([2]) }, { earlierRound: 1 }]) {
    feed(committee, node, { type: 'message', message: openingOf(committee, change) });
  }
  assert.deepEqual(node.state.earlierValues, []);
  assert.equal(sentOf(node, 'vote').length, 0);
});

test('an opening is passed on once, and not before the own reveal', () => {
  const committee = auditOf();
  const [early, ...others] = executed(committee, [1, 1, 1, 1, 1, 1, 1]) as unknown as [Node, ...Node[]];
  const openings = (node: Node) => effectsOf(node, 'relay').filter(({ message }) => message.type === 'earlier-value');
  const message = openingOf(committee, { seat: 3 });
  feed(committee, early, { type: 'message', message });
  assert.equal(openings(early).length, 0);
  const [late] = others as [Node];
  exchange(committee, { type: 'commit', from: [early, ...others], to: others });
  for (let i = 0; i < 2; i += 1) feed(committee, late, { type: 'message', message });
  assert.equal(openings(late).length, 1);
});

test('a reveal in an audit carries no statement, in exact mode either', () => {
  const committee = auditOf();
  const [node] = revealed(committee, [1, 1, 1, 1, 1, 1, 1]) as [Node];
  const reveal = sentOf(node, 'reveal')[0] ?? assert.fail();
  assert.equal(reveal.statementSignature.length, 0);
  const stated = { ...reveal, statementSignature: new Uint8Array(64) };
  assert.equal(validateSeatMessage({ ...committee, message: stated }), 'MALFORMED');
});

test('an opening is checked for its round, its seat and its size before anything else', () => {
  const committee = auditOf();
  const verdictOf = (change: object) => {
    const checked = validateSeatMessage({ ...committee, message: openingOf(committee, change) });
    return typeof checked === 'string' ? checked : 'verified';
  };
  assert.equal(verdictOf({}), 'verified');
  assert.equal(verdictOf({ round: 1 }), 'UNKNOWN_TASK');
  assert.equal(verdictOf({ seat: 7 }), 'NOT_A_SEAT');
  assert.equal(verdictOf({ output: new Uint8Array(64 * 1024 + 1) }), 'MALFORMED');
});
