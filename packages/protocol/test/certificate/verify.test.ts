import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  assembleCertificate,
  type Certificate,
  confidenceBps,
  decodeCertificate,
  encodeCertificate,
  type LockedCommit,
  lockRootOf,
  mergeCertificates,
  nobleSecp256k1,
  RESULT_STATEMENT,
  type ResultStatement,
  verifyCertificate,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { createCommittee, signBody } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';

const committee = createCommittee({ size: 5, mode: { type: 'exact' }, secp256k1: nobleSecp256k1 });
const { seats } = committee.params;

const lockedOf = (members: readonly number[]): readonly LockedCommit[] =>
  members.map((seat) => ({ seat, commitStructHash: ZERO_BYTES32 }));

const statementOf = (members: readonly number[], change: Partial<ResultStatement> = {}): ResultStatement => ({
  taskId: committee.params.taskId,
  round: 0,
  epoch: 7n,
  seatCount: 5,
  lockRoot: lockRootOf(lockedOf(members)),
  resultDigest: ZERO_BYTES32,
  ...change,
});

const certificateOf = (
  signers: readonly number[],
  { members = [0, 1, 2, 3, 4], change = {}, by = committee } = {},
): Certificate => {
  const statement = statementOf(members, change);
  const signatures = signers.map((seat) => ({
    seat,
    signature: signBody(by, { seat, schema: RESULT_STATEMENT, body: statement }).signature,
  }));
  return assembleCertificate({ statement, signatures, locked: lockedOf(members) });
};

const verdictOf = (certificate: Certificate) => verifyCertificate({ ...committee, seats, certificate });

test('four of five seats certify, in any order, also after a trip over the wire', () => {
  const certificate = certificateOf([3, 0, 4, 1]);
  assert.deepEqual(verdictOf(decodeCertificate(encodeCertificate(certificate))), certificate);
});

test('three of five seats are below the quorum', () => {
  assert.equal(verdictOf(certificateOf([0, 1, 2])), 'BELOW_QUORUM');
});

test('one signature of another statement spoils the certificate', () => {
  const certificate = certificateOf([0, 1, 2, 3]);
  const other = certificateOf([0, 1, 2, 3], { change: { epoch: 8n } });
  const signatures = [...certificate.signatures.slice(0, 3), ...other.signatures.slice(3)];
  assert.equal(verdictOf({ ...certificate, signatures }), 'BAD_SIGNATURE');
});

test('a certificate is valid in one deployment only', () => {
  const elsewhere = { ...committee, domain: { ...committee.domain, separator: ZERO_BYTES32 } };
  assert.equal(verdictOf(certificateOf([0, 1, 2, 3], { by: elsewhere })), 'BAD_SIGNATURE');
});

test('the locked set must open the root, and hold every signer', () => {
  const certificate = certificateOf([0, 1, 2, 3]);
  assert.equal(verdictOf({ ...certificate, locked: lockedOf([0, 1, 2, 3]) }), 'BAD_LOCK_ROOT');
  assert.equal(verdictOf(certificateOf([0, 1, 2, 4], { members: [0, 1, 2, 3] })), 'BAD_LOCK_ROOT');
});

test('seats that were not drawn and another seat count are refused', () => {
  assert.equal(verdictOf(certificateOf([0, 1, 2, 3], { change: { seatCount: 6 } })), 'NOT_A_SEAT');
  const certificate = certificateOf([0, 1, 2, 3], { members: [0, 1, 2, 3, 5] });
  assert.equal(verdictOf(certificate), 'NOT_A_SEAT');
});

test('a seat that signs twice in one certificate is refused', () => {
  const certificate = certificateOf([0, 1, 2]);
  const [first] = certificate.signatures;
  assert.ok(first);
  assert.equal(verdictOf({ ...certificate, signatures: [first, ...certificate.signatures] }), 'MALFORMED');
});

test('the confidence is the weight share of the signers, rounded down', () => {
  assert.equal(confidenceBps(certificateOf([0, 1, 2, 3]), seats), 8000);
  const third = createCommittee({ size: 3, mode: { type: 'exact' }, secp256k1: fakeSecp256k1, weights: [1n, 1n, 1n] });
  assert.equal(confidenceBps(certificateOf([0, 1]), third.params.seats), 6666);
});

test('certificates of different statements do not merge', () => {
  assert.equal(mergeCertificates(certificateOf([0]), certificateOf([1], { change: { round: 1 } })), undefined);
});

const signers = fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1 });

test('a merge is the union of the signers, whichever comes first', () => {
  const fast = createCommittee({ size: 5, mode: { type: 'exact' }, secp256k1: fakeSecp256k1 });
  fc.assert(
    fc.property(signers, signers, (a, b) => {
      const [first, second] = [certificateOf(a, { by: fast }), certificateOf(b, { by: fast })];
      const merged = mergeCertificates(first, second);
      assert.deepEqual(merged, mergeCertificates(second, first));
      assert.deepEqual(
        merged?.signatures.map(({ seat }) => seat),
        [...new Set([...a, ...b])].sort(),
      );
    }),
  );
});
