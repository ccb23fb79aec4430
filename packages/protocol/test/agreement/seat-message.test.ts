import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AgreementMode,
  COMMIT,
  MAX_INLINE_TENSOR_BYTES,
  nobleSecp256k1,
  RESULT_STATEMENT,
  REVEAL,
  type Reveal,
  resultHashOf,
  type SeatMessage,
  type TaskId,
  validateSeatMessage,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { createCommittee, outputBytes, signBody } from '../sim/committee.ts';

const EXACT: AgreementMode = { type: 'exact' };
const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };
const committee = createCommittee({ size: 4, mode: EXACT, secp256k1: nobleSecp256k1 });
const { taskId } = committee.params;

const verdictOf = (message: SeatMessage, mode: AgreementMode = EXACT) => {
  const verdict = validateSeatMessage({ ...committee, params: { ...committee.params, mode }, message });
  return typeof verdict === 'string' ? verdict : 'verified';
};

const commitOf = (change: object = {}, signer = 1): SeatMessage => {
  const body = { taskId, round: 0, seat: 1, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32, ...change };
  return { type: 'commit', commit: signBody(committee, { seat: signer, schema: COMMIT, body }) };
};

const output = outputBytes([1]);
const revealOf = (
  change: Partial<Reveal> = {},
  shown = output,
  statementSignature = new Uint8Array(64),
): SeatMessage => {
  const resultHash = resultHashOf(output);
  const body = {
    taskId,
    round: 0,
    seat: 1,
    lockRoot: ZERO_BYTES32,
    resultHash,
    salt: ZERO_BYTES32,
    execMs: 1,
    ...change,
  };
  return {
    type: 'reveal',
    reveal: signBody(committee, { seat: 1, schema: REVEAL, body }),
    output: shown,
    statementSignature,
  };
};

const voteOf = (change: object = {}, canonicalSeat = 0): SeatMessage => {
  const hashes = { lockRoot: ZERO_BYTES32, resultDigest: ZERO_BYTES32 };
  const body = { taskId, round: 0, epoch: 7n, seatCount: 4, ...hashes, ...change };
  return {
    type: 'vote',
    seat: 1,
    canonicalSeat,
    statement: signBody(committee, { seat: 1, schema: RESULT_STATEMENT, body }),
  };
};

test('messages signed by the session key of their seat are verified', () => {
  assert.equal(verdictOf(commitOf()), 'verified');
  assert.equal(verdictOf(revealOf()), 'verified');
  assert.equal(verdictOf(revealOf({}, output, new Uint8Array(0)), TOLERANCE), 'verified');
  assert.equal(verdictOf(voteOf()), 'verified');
});

test("another seat's signature, and a signature of something else, are refused", () => {
  assert.equal(verdictOf(commitOf({}, 2)), 'BAD_SIGNATURE');
  const [a, b] = [commitOf(), commitOf({ blindShare: resultHashOf(output) })];
  assert.ok(a.type === 'commit' && b.type === 'commit');
  assert.equal(verdictOf({ type: 'commit', commit: { ...a.commit, signature: b.commit.signature } }), 'BAD_SIGNATURE');
});

test('a seat that does not exist, and another task or round, are refused', () => {
  assert.equal(verdictOf(commitOf({ seat: 4 })), 'NOT_A_SEAT');
  assert.equal(verdictOf(commitOf({ round: 1 })), 'UNKNOWN_TASK');
  assert.equal(verdictOf(commitOf({ taskId: ZERO_BYTES32 as TaskId })), 'UNKNOWN_TASK');
});

test('an output that is not the one the reveal names, or too large, is refused', () => {
  assert.equal(verdictOf(revealOf({}, outputBytes([2]))), 'BAD_HASH');
  assert.equal(verdictOf(revealOf({}, new Uint8Array(MAX_INLINE_TENSOR_BYTES + 1))), 'MALFORMED');
});

test('a reveal carries a statement signature in exact mode only', () => {
  assert.equal(verdictOf(revealOf({}, output, new Uint8Array(0))), 'MALFORMED');
  assert.equal(verdictOf(revealOf(), TOLERANCE), 'MALFORMED');
});

test('a vote for another epoch, seat count or canonical seat is refused', () => {
  assert.equal(verdictOf(voteOf({ epoch: 8n })), 'MALFORMED');
  assert.equal(verdictOf(voteOf({ seatCount: 5 })), 'MALFORMED');
  assert.equal(verdictOf(voteOf({}, 4)), 'MALFORMED');
});
