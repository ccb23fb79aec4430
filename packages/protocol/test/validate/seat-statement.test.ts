import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Certificate,
  type CommitteeKnowledge,
  DECLINE,
  type DeclineContext,
  DISSENT,
  type DissentContext,
  encodeDecline,
  encodeDissent,
  encodeRoundFail,
  ROUND_FAIL,
  type RoundFailContext,
  validateDecline,
  validateDissent,
  validateRoundFail,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { createCommittee, signBody } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';

const committee = createCommittee({ size: 4, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
const { domain, params, secp256k1 } = committee;
const { taskId, seats } = params;
const drawn: CommitteeKnowledge = { type: 'drawn', epoch: 7n, seats };
const no = (): boolean => false;
const yes = (): boolean => true;

const context: DissentContext & RoundFailContext & DeclineContext = {
  ...{ domain, secp256k1, committee: () => drawn, isSessionKey: no, held: () => undefined },
  ...{ isSeen: no, isSettleable: no, isCertified: no, hasCommitted: no, hasSubstitute: yes },
};

const dissent = (change: object = {}, seat = 1): Uint8Array => {
  const body = { taskId, round: 0, seat: 1, reason: 0, statementHash: ZERO_BYTES32, ...change };
  return encodeDissent(signBody(committee, { seat, schema: DISSENT, body }));
};
const roundFail = (change: object = {}, seat = 1): Uint8Array => {
  const body = { taskId, round: 0, seat: 1, ...change };
  return encodeRoundFail(signBody(committee, { seat, schema: ROUND_FAIL, body }));
};
const decline = (change: object = {}, seat = 1): Uint8Array => {
  const body = { taskId, round: 0, seat: 1, ...change };
  return encodeDecline(signBody(committee, { seat, schema: DECLINE, body }));
};

/** `accept verified`, `ignore SEEN`, … */
const nameOf = (verdict: {
  readonly type: string;
  readonly code?: string;
  readonly value?: { readonly type: string };
}) => `${verdict.type} ${verdict.code ?? verdict.value?.type}`;

for (const [name, judge, encode] of [
  ['dissent', validateDissent, dissent],
  ['round fail', validateRoundFail, roundFail],
  ['decline', validateDecline, decline],
] as const) {
  describe(`a ${name}`, () => {
    const judged = (bytes: Uint8Array, change: Partial<typeof context> = {}) =>
      nameOf(judge(bytes, { ...context, ...change }));

    test('signed by its seat is accepted, once', () => {
      assert.equal(judged(encode()), 'accept verified');
      assert.equal(judged(encode(), { isSeen: yes }), 'ignore SEEN');
    });

    test('that no operator signed, or bytes that are none, are rejected', () => {
      assert.equal(judged(encode({}, 2)), 'reject BAD_SIGNATURE');
      assert.equal(judged(encode({ seat: 4 })), 'reject NOT_A_SEAT');
      assert.equal(judged(encode().subarray(1)), 'reject MALFORMED');
      assert.equal(judged(new Uint8Array(600)), 'reject MALFORMED');
    });

    test('of an operator that holds no such seat for us is ignored: a reorg or a decline may explain it', () => {
      assert.equal(judged(encode({}, 2), { isSessionKey: yes }), 'ignore OTHER_COMMITTEE');
    });

    test('ahead of its committee is parked if an operator signed it, and ignored if not', () => {
      for (const [type, code] of [
        ['unknown', 'UNKNOWN_TASK'],
        ['beacon-pending', 'BEACON_PENDING'],
      ] as const) {
        const ahead = { committee: (): CommitteeKnowledge => ({ type }) };
        assert.equal(judged(encode(), { ...ahead, isSessionKey: yes }), 'accept parked');
        assert.equal(judged(encode(), ahead), `ignore ${code}`);
      }
    });
  });
}

test('a dissent of a seat outside the lock, after the settle timer, or for an unknown reason is ignored', () => {
  const held = (): Certificate => ({ locked: [{ seat: 0, commitStructHash: ZERO_BYTES32 }] }) as unknown as Certificate;
  const judged = (bytes: Uint8Array, change: Partial<DissentContext>) =>
    nameOf(validateDissent(bytes, { ...context, ...change }));
  assert.equal(judged(dissent(), { held }), 'ignore NOT_LOCKED');
  assert.equal(judged(dissent(), { isSettleable: yes }), 'ignore TOO_LATE');
  assert.equal(judged(dissent({ reason: 2 }), {}), 'ignore UNSUPPORTED');
});

test('a round fail is ignored by whoever holds the certificate', () => {
  assert.equal(nameOf(validateRoundFail(roundFail(), { ...context, isCertified: yes })), 'ignore TOO_LATE');
});

test('a decline of a later round is rejected; after a commit, or without a substitute, it is ignored', () => {
  const judged = (bytes: Uint8Array, change: Partial<DeclineContext> = {}) =>
    nameOf(validateDecline(bytes, { ...context, ...change }));
  assert.equal(judged(decline({ round: 1 })), 'reject MALFORMED');
  assert.equal(judged(decline(), { hasCommitted: yes }), 'ignore TOO_LATE');
  assert.equal(judged(decline(), { isOver: yes }), 'ignore TOO_LATE');
  assert.equal(judged(decline(), { hasSubstitute: no }), 'ignore NO_SUBSTITUTE');
});
