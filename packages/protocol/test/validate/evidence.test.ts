import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Address,
  COMMIT,
  type Commit,
  digestOf,
  type Evidence,
  type EvidenceContext,
  encodeEvidence,
  type Signed,
  TaskId,
  validateEvidence,
} from '../../src/index.ts';
import { addressOf, bytes32, DOMAIN, secretKeyOf, someAddress } from '../fixture/network.ts';
import { cheapSecp256k1 } from '../fixture/settlement.ts';

const operator: Address = someAddress('operator');
const commit = (name: string, seat = 0, signer = 'session'): Signed<Commit> => {
  const body = { taskId: TaskId(bytes32('task')), round: 0, seat, commitHash: bytes32(name), blindShare: bytes32('b') };
  return { body, signature: cheapSecp256k1.sign(digestOf(DOMAIN, COMMIT, body), secretKeyOf(signer)) };
};
const pair = (first: Signed<Commit>, second: Signed<Commit>): Evidence => ({ kind: 'commit', operator, first, second });
const contextOf = (change: Partial<EvidenceContext> = {}): EvidenceContext => ({
  domain: DOMAIN,
  secp256k1: cheapSecp256k1,
  sessionKeys: () => [addressOf('next session'), addressOf('session')],
  isKnown: () => false,
  ...change,
});
const judge = (evidence: Evidence, change: Partial<EvidenceContext> = {}) =>
  validateEvidence(encodeEvidence(evidence), contextOf(change));

test('two commits of one seat by a key the operator had are accepted', () => {
  assert.equal(judge(pair(commit('a'), commit('b'))).type, 'accept');
});

test('garbage, a pair that proves nothing, and forged or mixed signatures are rejected', () => {
  assert.deepEqual(validateEvidence(Uint8Array.of(1), contextOf()), { type: 'reject', code: 'MALFORMED' });
  const cases: readonly (readonly [string, Evidence])[] = [
    ['PROVES_NOTHING', pair(commit('a'), commit('a'))],
    ['PROVES_NOTHING', pair(commit('a'), commit('b', 1))],
    ['BAD_SIGNATURE', pair(commit('a'), commit('b', 0, 'mallory'))],
    ['BAD_SIGNATURE', pair(commit('a'), commit('b', 0, 'next session'))],
  ];
  for (const [code, evidence] of cases) assert.deepEqual(judge(evidence), { type: 'reject', code });
});

test('known evidence and evidence against an operator we do not know are ignored', () => {
  const evidence = pair(commit('a'), commit('b'));
  assert.deepEqual(judge(evidence, { isKnown: () => true }), { type: 'ignore', code: 'SEEN' });
  assert.deepEqual(judge(evidence, { sessionKeys: () => [] }), { type: 'ignore', code: 'UNKNOWN_OPERATOR' });
});
