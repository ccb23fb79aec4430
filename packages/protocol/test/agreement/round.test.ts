import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AgreementMode,
  type Certificate,
  COMMIT,
  commitHashOf,
  decodeCanonical,
  hashRecord,
  LOCK_VOTE,
  lockRootOf,
  nobleSecp256k1,
  type RoundEffect,
  type SeatMessage,
  type Verified,
  verifyCertificate,
  verifyEvidence,
  ZERO_BYTES32,
} from '../../src/index.ts';
import {
  type Committee,
  createCommittee,
  executionOf,
  outputBytes,
  signBody,
  signSeatMessage,
} from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { createNode, exchange, feed, type Node, restartNode, sentOf } from '../sim/node.ts';

const EXACT: AgreementMode = { type: 'exact' };
const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };

const typesOf = (effects: readonly RoundEffect[]): readonly string[] =>
  effects.map((effect) => (effect.type === 'sign' ? `sign ${effect.unsigned.type}` : effect.type));
const effectsOf = <Type extends RoundEffect['type']>(node: Node, type: Type) =>
  node.effects.filter((effect) => effect.type === type) as unknown as readonly Extract<RoundEffect, { type: Type }>[];

const committeeOf = (mode: AgreementMode = EXACT, size = 4, secp256k1 = fakeSecp256k1): Committee =>
  createCommittee({ size, mode, secp256k1 });

/** Nodes of all seats that have executed; seat i answers `values[i]`. */
const executed = (committee: Committee, values: readonly number[]): readonly [Node, Node, Node, Node] => {
  const nodes = values.map((value, seat) => {
    const node = createNode(committee, seat);
    feed(committee, node, { type: 'executed', result: executionOf(seat, outputBytes([value])) });
    return node;
  });
  return nodes as unknown as [Node, Node, Node, Node];
};

const certificateOf = (node: Node): Verified<Certificate> => {
  const last = effectsOf(node, 'certified').at(-1);
  assert.ok(last, `seat ${node.seat} has no certificate`);
  return last.certificate;
};

const signersOf = (node: Node): readonly number[] => certificateOf(node).signatures.map(({ seat }) => seat);

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

  test('a seat never accuses itself', () => {
    const committee = committeeOf();
    const [a] = executed(committee, [1]);
    const [twin] = executed(committee, [2]);
    exchange(committee, { type: 'commit', from: [twin], to: [a] });
    feed(committee, a, { type: 'message', message: twin.sent[0] ?? assert.fail() });
    assert.deepEqual(evidenceOf(committee, a), []);
  });
});

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
