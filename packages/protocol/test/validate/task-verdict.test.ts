import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CertifiedVerdict,
  type CertifiedVerdictContext,
  encodeCertifiedVerdict,
  type TaskVerdict,
  VERDICT,
  validateCertifiedVerdict,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { createCommittee, signBody } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';

const committee = createCommittee({ size: 10, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
const { domain, params, secp256k1 } = committee;
const { taskId, seats } = params;

const certify = (
  change: Partial<TaskVerdict> = {},
  signers: readonly number[] = [0, 1, 2, 3, 4, 5, 6],
  signAs: (seat: number) => number = (seat) => seat,
): CertifiedVerdict => {
  const verdict = { taskId, round: 1, lockRoot: ZERO_BYTES32, findings: 2n, ...change };
  const signatures = signers.map((seat) => ({
    seat,
    signature: signBody(committee, { seat: signAs(seat), schema: VERDICT, body: verdict }).signature,
  }));
  return { verdict, signatures };
};

const judged = (certified: CertifiedVerdict, change: Partial<CertifiedVerdictContext> = {}): string => {
  const context: CertifiedVerdictContext = {
    ...{ domain, secp256k1, isSessionKey: () => false, held: () => undefined },
    committee: () => ({ type: 'drawn', epoch: 7n, seats }),
    ...change,
  };
  const verdict = validateCertifiedVerdict(encodeCertifiedVerdict(certified), context);
  return `${verdict.type} ${verdict.type === 'accept' ? verdict.value.type : verdict.code}`;
};

test('a verdict of 70 % of the union is accepted, once', () => {
  assert.equal(judged(certify()), 'accept verified');
  assert.equal(judged(certify(), { held: () => certify() }), 'ignore SEEN');
});

test('a verdict of less, with a wrong signature, or about seats that do not exist is rejected', () => {
  assert.equal(judged(certify({}, [0, 1, 2, 3, 4, 5])), 'reject BELOW_QUORUM');
  assert.equal(judged(certify({}, undefined, () => 0)), 'reject BAD_SIGNATURE');
  assert.equal(judged(certify({ findings: 1n << 40n })), 'reject MALFORMED');
  assert.equal(judged(certify({}, [0, 1, 2, 3, 4, 5, 10], () => 0)), 'reject NOT_A_SEAT');
});

test('a verdict that operators signed in a union we drew otherwise is ignored: a reorg or a missed decline may be ours', () => {
  const isSessionKey = (): boolean => true;
  assert.equal(judged(certify({}, [0, 1, 2, 3, 4, 5]), { isSessionKey }), 'ignore OTHER_COMMITTEE');
  assert.equal(judged(certify({ findings: 1n << 40n }), { isSessionKey }), 'ignore OTHER_COMMITTEE');
  assert.equal(
    judged(
      certify({}, undefined, () => 0),
      { isSessionKey },
    ),
    'reject BAD_SIGNATURE',
  );
});

test('round 0 judges nobody', () => {
  assert.equal(judged(certify({ round: 0 })), 'reject MALFORMED');
});

test('a verdict ahead of its round is parked if operators signed it, and ignored if not', () => {
  const ahead = { committee: () => ({ type: 'unknown' }) as const };
  assert.equal(judged(certify(), { ...ahead, isSessionKey: () => true }), 'accept parked');
  assert.equal(judged(certify(), ahead), 'ignore UNKNOWN_TASK');
  assert.equal(judged(certify({}, [0, 1]), { ...ahead, isSessionKey: () => true }), 'ignore UNKNOWN_TASK');
});
