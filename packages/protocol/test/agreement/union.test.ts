import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMMIT,
  hashRecord,
  lockRootOf,
  MAX_CERTIFICATE_SIGNERS,
  MAX_UNION_SEATS,
  verifyCertificate,
} from '../../src/index.ts';
import { createCommittee, executionOf, outputBytes, signSeatMessage } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { createNode, exchange, feed, type Node, sentOf } from '../sim/node.ts';
import { certificateOf, EXACT } from './scene.ts';

const committee = createCommittee({ size: MAX_UNION_SEATS, mode: EXACT, secp256k1: fakeSecp256k1 });
const createMembers = (count: number): readonly Node[] =>
  Array.from({ length: count }, (_, seat) => {
    const node = createNode(committee, seat);
    feed(committee, node, { type: 'executed', result: executionOf(seat, outputBytes([1])) });
    return node;
  });

test('a certificate of 44 equal seats holds 31 signatures, and verifies', () => {
  const members = createMembers(MAX_UNION_SEATS);
  const [first] = members as [Node];
  exchange(committee, { type: 'commit', from: members, to: members });
  exchange(committee, { type: 'reveal', from: members, to: [first] });
  const certificate = certificateOf(first);
  assert.equal(certificate.signatures.length, MAX_CERTIFICATE_SIGNERS);
  assert.equal(certificate.locked.length, MAX_UNION_SEATS);
  const { seats } = committee.params;
  assert.notEqual(typeof verifyCertificate({ ...committee, seats, certificate }), 'string');
});

/** 43 seats have committed, 12 of them are not in the set that 32 vote for: far more sets than anybody tries. */
const votedSet = Array.from({ length: MAX_UNION_SEATS }, (_, seat) => seat).filter(
  (seat) => seat % 4 !== 3 && seat < 43,
);
const lockedSeats = votedSet.reduce((bits, seat) => bits | (1n << BigInt(seat)), 0n);

/** All commits are out; whoever hears `votes` hears them with these hints. */
const voting = (hints: readonly bigint[]) => {
  const members = createMembers(43);
  const locked = votedSet.map((seat) => {
    const body = sentOf(members[seat] as Node, 'commit')[0]?.commit.body ?? assert.fail();
    return { seat, commitStructHash: hashRecord(COMMIT, body) };
  });
  const { taskId, round } = committee.params;
  const votes = votedSet.flatMap((seat) =>
    hints.map((hint) => {
      const lockVote = { taskId, round, seat, lockRoot: lockRootOf(locked) };
      return signSeatMessage(committee, seat, { type: 'lock-vote', lockVote, lockedSeats: hint });
    }),
  );
  const hear = (node: Node): Node => {
    exchange(committee, { type: 'commit', from: members, to: [node] });
    for (const message of votes) feed(committee, node, { type: 'message', message });
    return node;
  };
  return { members, hear };
};

const revealsAfter = (hints: readonly bigint[]): number => {
  const { members, hear } = voting(hints);
  return sentOf(hear(members[0] as Node), 'reveal').length;
};

test('a lock of 33 among 43 commits is found by what the lock votes say of it, and not without', () => {
  assert.equal(revealsAfter([lockedSeats]), 1);
  assert.equal(revealsAfter([0n]), 0);
});

test('a false set that somebody attached before does not hide the true one', () => {
  assert.equal(revealsAfter([lockedSeats | (1n << 3n), lockedSeats]), 1);
});

test('a certificate says which set its root stands for', () => {
  const { members, hear } = voting([lockedSeats]);
  const voters = votedSet.map((seat) => hear(members[seat] as Node));
  const [first] = voters as [Node];
  exchange(committee, { type: 'reveal', from: voters, to: [first] });
  // A member that heard no vote still learns the lock from the certificate.
  const late = members[3] as Node;
  exchange(committee, { type: 'commit', from: members, to: [late] });
  assert.deepEqual(late.state.locks, []);
  feed(committee, late, { type: 'certificate', certificate: certificateOf(first) });
  assert.equal(late.state.locks.length, 1);
});
