import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nobleSecp256k1, type SeatMessage, type Verified, verifyCertificate } from '../../src/index.ts';
import { outputBytes } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { createNode, exchange, feed, sentOf } from '../sim/node.ts';
import { certificateOf, committeeOf, EXACT, effectsOf, executed, signersOf, typesOf } from './scene.ts';

describe('certificate', () => {
  for (const [name, secp256k1] of [
    ['noble', nobleSecp256k1],
    ['fake', fakeSecp256k1],
  ] as const) {
    test(`four seats with ${name} signatures certify one output, and the requester gets it`, () => {
      const committee = committeeOf(EXACT, 4, secp256k1);
      const nodes = executed(committee, [1, 1, 1, 1]);
      exchange(committee, { type: 'commit', from: nodes, to: nodes });
      exchange(committee, { type: 'reveal', from: nodes, to: nodes });
      for (const node of nodes) {
        const certificate = certificateOf(node);
        assert.deepEqual(verifyCertificate({ ...committee, seats: committee.params.seats, certificate }), certificate);
        assert.deepEqual(effectsOf(node, 'certified').at(-1)?.agreed?.output, outputBytes([1]));
      }
    });
  }

  test('a reveal whose statement is signed for another value or by another seat does not count', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, d] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: [b], to: [a] });
    const [forger, other] = [sentOf(c, 'reveal')[0], sentOf(d, 'reveal')[0]];
    assert.ok(forger && other);
    const forged = { ...forger, statementSignature: other.statementSignature } as unknown as Verified<SeatMessage>;
    feed(committee, a, { type: 'message', message: forged });
    assert.equal(effectsOf(a, 'certified').length, 0);
    exchange(committee, { type: 'reveal', from: [d], to: [a] });
    assert.deepEqual(signersOf(a), [0, 1, 3]);
  });

  test('a liar does not sign, is not in the certificate, and dissents', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 9]);
    const [a, , , liar] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: nodes, to: nodes });
    assert.deepEqual(signersOf(a), [0, 1, 2]);
    assert.equal(effectsOf(liar, 'dissent').length, 1);
    assert.equal(effectsOf(a, 'dissent').length, 0);
  });

  test('two against two certify nothing, and the round timer ends the round', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 9, 9]);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: nodes, to: nodes });
    for (const node of nodes) {
      assert.deepEqual(typesOf(feed(committee, node, { type: 'timer', timer: 'round' })), ['failed']);
      assert.deepEqual(feed(committee, node, { type: 'timer', timer: 'round' }), []);
    }
  });

  test('after the end of the round nothing more is signed', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, ...others] = nodes;
    feed(committee, a, { type: 'timer', timer: 'round' });
    exchange(committee, { type: 'commit', from: others, to: [a] });
    assert.equal(sentOf(a, 'reveal').length, 0);
  });

  test('the certificate grows with later signatures until the settle timer, and not after it', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, d] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: [b, c], to: [a] });
    assert.deepEqual(signersOf(a), [0, 1, 2]);
    exchange(committee, { type: 'reveal', from: [d], to: [a] });
    assert.deepEqual(signersOf(a), [0, 1, 2, 3]);
    assert.deepEqual(effectsOf(a, 'start-timer').filter(({ timer }) => timer === 'settle').length, 1);
    exchange(committee, { type: 'reveal', from: [a, c], to: [b] });
    assert.deepEqual(typesOf(feed(committee, b, { type: 'timer', timer: 'settle' })), ['settleable']);
    exchange(committee, { type: 'reveal', from: [d], to: [b] });
    assert.deepEqual(signersOf(b), [0, 1, 2]);
  });

  test('an observer takes a certificate and merges a second one of the same statement', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    const [a, b, c, d] = nodes;
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: [b, c], to: [a] });
    exchange(committee, { type: 'reveal', from: [b, c], to: [d] });
    const observer = createNode(committee, undefined);
    feed(committee, observer, { type: 'certificate', certificate: certificateOf(a) });
    feed(committee, observer, { type: 'certificate', certificate: certificateOf(d) });
    assert.deepEqual(signersOf(observer), [0, 1, 2, 3]);
    assert.equal(effectsOf(observer, 'certified').at(-1)?.agreed, undefined);
    assert.deepEqual(feed(committee, observer, { type: 'certificate', certificate: certificateOf(a) }), []);
  });

  test('a certificate of another epoch or round is ignored', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: nodes, to: nodes });
    const certificate = certificateOf(nodes[0]);
    const observer = createNode(committee, undefined);
    for (const change of [{ epoch: 8n }, { round: 1 }, { seatCount: 5 }]) {
      const other = { ...certificate, statement: { ...certificate.statement, ...change } };
      assert.deepEqual(feed(committee, observer, { type: 'certificate', certificate: other }), []);
    }
  });

  test('a certificate that comes after the end of the round still counts', () => {
    const committee = committeeOf();
    const nodes = executed(committee, [1, 1, 1, 1]);
    exchange(committee, { type: 'commit', from: nodes, to: nodes });
    exchange(committee, { type: 'reveal', from: nodes, to: nodes });
    const late = createNode(committee, undefined);
    feed(committee, late, { type: 'timer', timer: 'round' });
    const effects = feed(committee, late, { type: 'certificate', certificate: certificateOf(nodes[0]) });
    assert.deepEqual(typesOf(effects), ['certified', 'start-timer']);
  });
});
