import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Address,
  COMMIT,
  type Commit,
  decodeEvidence,
  type Evidence,
  encodeEvidence,
  findEquivocation,
  keccak256,
  LOCK_VOTE,
  lockRootOf,
  nobleSecp256k1,
  RESULT_STATEMENT,
  type ResultStatement,
  type TaskId,
  tag,
  verifyEvidence,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { createCommittee, signBody } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';

const committee = createCommittee({ size: 3, mode: { type: 'exact' }, secp256k1: nobleSecp256k1 });
const { taskId, seats } = committee.params;
const operator = seats[1]?.operator ?? assert.fail();
const sessionKeyOf = (wanted: Address) => seats.find((seat) => seat.operator === wanted)?.sessionKey;
const verdictOf = (evidence: Evidence) => verifyEvidence({ ...committee, sessionKeyOf, evidence });

const commit = (change: Partial<Commit> = {}, seat = 1) => {
  const body = { taskId, round: 0, seat: 1, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32, ...change };
  return signBody(committee, { seat, schema: COMMIT, body });
};
const OTHER_HASH = keccak256(tag('other'));
const pair: Evidence = { kind: 'commit', operator, first: commit(), second: commit({ commitHash: OTHER_HASH }) };

test('two different commits, lock votes or statements of one duty are evidence', () => {
  const lockVote = (lockRoot: typeof ZERO_BYTES32) =>
    signBody(committee, { seat: 1, schema: LOCK_VOTE, body: { taskId, round: 0, seat: 1, lockRoot } });
  const statement = (change: Partial<ResultStatement> = {}) =>
    signBody(committee, {
      seat: 1,
      schema: RESULT_STATEMENT,
      body: {
        taskId,
        round: 0,
        epoch: 7n,
        seatCount: 3,
        lockRoot: ZERO_BYTES32,
        resultDigest: ZERO_BYTES32,
        ...change,
      },
    });
  const pairs: readonly Evidence[] = [
    pair,
    { kind: 'lock-vote', operator, first: lockVote(ZERO_BYTES32), second: lockVote(lockRootOf([])) },
    { kind: 'statement', operator, first: statement(), second: statement({ resultDigest: OTHER_HASH }) },
    { kind: 'statement', operator, first: statement(), second: statement({ lockRoot: OTHER_HASH }) },
  ];
  for (const evidence of pairs) {
    assert.deepEqual(verdictOf(decodeEvidence(encodeEvidence(evidence))), evidence);
  }
});

test('one offense has one evidence, whichever statement came first', () => {
  const swapped = { ...pair, first: pair.second, second: pair.first } as Evidence;
  assert.deepEqual(findEquivocation(swapped), findEquivocation(pair));
});

test('the same body twice, and bodies of different tasks, rounds or seats, prove nothing', () => {
  const other = keccak256(tag('another task')) as TaskId;
  for (const second of [commit(), commit({ taskId: other }), commit({ round: 1 }), commit({ seat: 2 })]) {
    assert.equal(verdictOf({ ...pair, second } as Evidence), 'PROVES_NOTHING');
  }
});

test('a second statement signed by anybody else proves nothing against the operator', () => {
  const second = commit({ commitHash: OTHER_HASH }, 2);
  assert.equal(verdictOf({ ...pair, second } as Evidence), 'BAD_SIGNATURE');
  assert.equal(verdictOf({ ...pair, operator: seats[2]?.operator ?? assert.fail() } as Evidence), 'BAD_SIGNATURE');
});

test('an operator nobody knows is left alone', () => {
  const stranger = `0x${'99'.repeat(20)}` as Address;
  assert.equal(verdictOf({ ...pair, operator: stranger } as Evidence), 'UNKNOWN_OPERATOR');
});

test('no two things that an honest key signs, one body a duty, are evidence (I4)', () => {
  const fast = createCommittee({ size: 1, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
  const honest = fc.record({ task: fc.nat({ max: 2 }), round: fc.nat({ max: 2 }), seat: fc.nat({ max: 2 }) });
  // What an honest key commits to is a function of the duty.
  const commitTo = ({ task, round, seat }: { task: number; round: number; seat: number }) => {
    const commitHash = keccak256(tag(`${task} ${round} ${seat}`));
    const body = { taskId: keccak256(tag(`task ${task}`)) as TaskId, round, seat, commitHash, blindShare: commitHash };
    return signBody(fast, { seat: 0, schema: COMMIT, body });
  };
  fc.assert(
    fc.property(honest, honest, (a, b) => {
      assert.equal(findEquivocation({ kind: 'commit', operator, first: commitTo(a), second: commitTo(b) }), undefined);
    }),
  );
});
