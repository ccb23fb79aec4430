import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Certificate,
  type CertificateContext,
  drawCommittee,
  encodeCertificate,
  MAX_CERTIFICATE_BYTES,
  seedOf,
  validateCertificate,
} from '../../src/index.ts';
import { addressOf, blockHashOf, bytes32, DOMAIN } from '../fixture/network.ts';
import { cheapSecp256k1, OPERATORS, settle, type TaskChoice } from '../fixture/settlement.ts';

const { taskId } = settle().certificate.statement;
const seats =
  drawCommittee({
    seed: seedOf({ domain: DOMAIN, taskId, round: 0, blockHash: blockHashOf(22n) }),
    snapshot: OPERATORS,
    redundancy: 4,
    exclude: [addressOf('alice'), addressOf('provider')],
  }) ?? assert.fail();

const contextOf = (change: Partial<CertificateContext> = {}): CertificateContext => ({
  domain: DOMAIN,
  secp256k1: cheapSecp256k1,
  committee: () => ({ type: 'drawn', epoch: OPERATORS.epoch, seats }),
  held: () => undefined,
  snapshot: (epoch) => (epoch === OPERATORS.epoch ? OPERATORS : undefined),
  ...change,
});
const certificateOf = (choice: TaskChoice = {}): Certificate => settle(choice).certificate;
const judge = (certificate: Certificate, change: Partial<CertificateContext> = {}) =>
  validateCertificate(encodeCertificate(certificate), contextOf(change));

test('a certificate of the drawn committee is accepted as verified', () => {
  const verdict = judge(certificateOf());
  assert.equal(verdict.type === 'accept' && verdict.value.type, 'verified');
});

test('undecodable bytes and too many of them are rejected', () => {
  for (const bytes of [Uint8Array.of(0), new Uint8Array(MAX_CERTIFICATE_BYTES + 1)]) {
    assert.deepEqual(validateCertificate(bytes, contextOf()), { type: 'reject', code: 'MALFORMED' });
  }
});

test('two signers, forged signatures, undrawn seats and a lock that does not open are rejected', () => {
  const good = certificateOf();
  const [first, ...others] = good.signatures;
  const swapped = [{ seat: 0, signature: others[0]?.signature }, ...others];
  const cases: readonly (readonly [string, unknown])[] = [
    ['BELOW_QUORUM', certificateOf({ signers: [0, 1] })],
    ['BAD_SIGNATURE', { ...good, signatures: swapped }],
    ['NOT_A_SEAT', { ...good, signatures: [...good.signatures, { seat: 4, signature: first?.signature }] }],
    ['BAD_LOCK_ROOT', certificateOf({ statement: { lockRoot: bytes32('other') } })],
    ['BAD_LOCK_ROOT', certificateOf({ locked: [0, 1, 2], signers: [1, 2, 3] })],
  ];
  for (const [code, certificate] of cases) {
    assert.deepEqual(judge(certificate as Certificate), { type: 'reject', code });
  }
});

test('a certificate with no new signer is ignored, one with a new signer is not', () => {
  const three = certificateOf({ signers: [0, 1, 2] });
  const held = () => certificateOf();
  assert.deepEqual(judge(three, { held }), { type: 'ignore', code: 'SUBSET' });
  assert.equal(judge(certificateOf(), { held: () => three }).type, 'accept');
});

test('a certificate ahead of its order or its beacon is parked when operators of its epoch signed it', () => {
  for (const type of ['unknown', 'beacon-pending'] as const) {
    const verdict = judge(certificateOf(), { committee: () => ({ type }) });
    assert.equal(verdict.type === 'accept' && verdict.value.type, 'parked');
  }
});

test('a certificate ahead of its order that few, strangers or one operator alone signed is ignored', () => {
  const good = certificateOf();
  const one = good.signatures[0] ?? assert.fail();
  const repeated = { ...good, signatures: [0, 1, 2].map((seat) => ({ ...one, seat })) };
  const strange = {
    ...good,
    signatures: good.signatures.map((s) => ({ ...s, signature: s.signature.map((b) => b ^ 1) })),
  };
  const committee = () => ({ type: 'unknown' }) as const;
  for (const certificate of [repeated, strange, certificateOf({ signers: [0, 1] })]) {
    assert.deepEqual(judge(certificate, { committee }), { type: 'ignore', code: 'UNKNOWN_TASK' });
  }
  const pending = { committee: () => ({ type: 'beacon-pending' }) as const, snapshot: () => undefined };
  assert.deepEqual(judge(good, pending), { type: 'ignore', code: 'BEACON_PENDING' });
});

test('operators that hold other seats for us are not called impostors: a reorg or a missed decline may be ours', () => {
  const other = certificateOf({ statement: { seatCount: 5 } });
  assert.deepEqual(judge(other), { type: 'ignore', code: 'OTHER_COMMITTEE' });
  const good = certificateOf();
  const [a, b, ...rest] = good.signatures;
  const exchanged = { ...good, signatures: [{ ...a, seat: b?.seat }, { ...b, seat: a?.seat }, ...rest] };
  const sorted = exchanged.signatures.toSorted((x, y) => (x.seat ?? 0) - (y.seat ?? 0));
  assert.deepEqual(judge({ ...exchanged, signatures: sorted } as Certificate), {
    type: 'ignore',
    code: 'OTHER_COMMITTEE',
  });
});

test('a certificate of another epoch than ours is ignored', () => {
  const verdict = judge(certificateOf({ statement: { epoch: 2n } }));
  assert.deepEqual(verdict, { type: 'ignore', code: 'UNKNOWN_EPOCH' });
});
