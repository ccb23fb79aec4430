import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AttestationContext,
  type BatchAttestation,
  type BatchProposal,
  buildBatch,
  drawProposer,
  encodeBatchAttestation,
  encodeBatchProposal,
  encodeDeltas,
  headerDigestOf,
  keccak256,
  type ProposalContext,
  ROLE_MODEL,
  validateBatchAttestation,
  validateBatchProposal,
} from '../../src/index.ts';
import { bytes32, DOMAIN, rowOf, secretKeyOf, sessionNameOf, snapshotOf } from '../fixture/network.ts';
import { cheapSecp256k1, OPERATORS, settle, viewOf } from '../fixture/settlement.ts';

const SLOT = 7n;
const batch =
  buildBatch({ view: viewOf(), secp256k1: cheapSecp256k1, slot: SLOT, tasks: [settle()] }).batch ?? assert.fail();
const PROPOSER = drawProposer({ domain: DOMAIN, snapshot: OPERATORS, slot: SLOT }) ?? assert.fail();
const signBy = (row: number, header: BatchProposal['header']): Uint8Array =>
  cheapSecp256k1.sign(headerDigestOf(DOMAIN, header), secretKeyOf(sessionNameOf(row)));

const proposalOf = (change: Partial<BatchProposal> = {}): BatchProposal => {
  const { header, deltas, nullifiers } = { ...batch, ...change };
  return { header, deltas, nullifiers, proposer: PROPOSER, signature: signBy(PROPOSER, header), ...change };
};
const withHeader = (change: Partial<BatchProposal['header']>): BatchProposal =>
  proposalOf({ header: { ...batch.header, ...change } });

const proposalContext = (change: Partial<ProposalContext> = {}): ProposalContext => ({
  domain: DOMAIN,
  secp256k1: cheapSecp256k1,
  batchSlotBlocks: 4,
  headBlock: 30n,
  lastIndex: 0n,
  snapshot: (epoch) => (epoch === OPERATORS.epoch ? OPERATORS : undefined),
  isSeen: () => false,
  ...change,
});
const judgeProposal = (proposal: BatchProposal, change: Partial<ProposalContext> = {}) =>
  validateBatchProposal(encodeBatchProposal(proposal), proposalContext(change));

test('the proposal of the slot is accepted, and parked when its parent is not on chain yet', () => {
  const verdict = judgeProposal(proposalOf());
  assert.equal(verdict.type === 'accept' && verdict.value.isAhead, false);
  const ahead = judgeProposal(withHeader({ index: 3n }));
  assert.equal(ahead.type === 'accept' && ahead.value.isAhead, true);
});

const REJECTED_PROPOSALS: readonly (readonly [name: string, code: string, proposal: BatchProposal])[] = [
  ['holds no leaf', 'MALFORMED', withHeader({ leafCount: 0 })],
  ['holds 1025 leaves', 'MALFORMED', withHeader({ leafCount: 1025 })],
  ['has rows of a wrong size', 'MALFORMED', proposalOf({ deltas: Uint8Array.of(1) })],
  ['has other rows than its header says', 'BAD_HASH', proposalOf({ deltas: encodeDeltas([]) })],
  ['comes from another row than the schedule says', 'NOT_THE_PROPOSER', proposalOf({ proposer: (PROPOSER + 1) % 8 })],
  [
    'is signed by another operator',
    'BAD_SIGNATURE',
    proposalOf({ signature: signBy((PROPOSER + 1) % 8, batch.header) }),
  ],
  [
    'is signed for another header',
    'BAD_SIGNATURE',
    { ...withHeader({ burnUnits: 1n }), signature: proposalOf().signature },
  ],
];
for (const [name, code, proposal] of REJECTED_PROPOSALS) {
  test(`a proposal that ${name} is rejected: ${code}`, () => {
    assert.deepEqual(judgeProposal(proposal), { type: 'reject', code });
  });
}

const IGNORED_PROPOSALS: readonly (readonly [name: string, code: string, BatchProposal, Partial<ProposalContext>?])[] =
  [
    ['was seen', 'SEEN', proposalOf(), { isSeen: () => true }],
    ['is on chain', 'WRONG_INDEX', proposalOf(), { lastIndex: 1n }],
    ['is nine batches ahead', 'WRONG_INDEX', withHeader({ index: 9n })],
    ['is of a slot to come', 'WRONG_SLOT', withHeader({ slot: 9n })],
    ['is of a slot long gone', 'WRONG_SLOT', proposalOf(), { headBlock: 64n }],
    ['is of an epoch we do not know', 'UNKNOWN_EPOCH', withHeader({ epoch: 2n })],
  ];
for (const [name, code, proposal, change] of IGNORED_PROPOSALS) {
  test(`a proposal that ${name} is ignored: ${code}`, () => {
    assert.deepEqual(judgeProposal(proposal, change), { type: 'ignore', code });
  });
}

test('undecodable proposals and attestations are rejected', () => {
  assert.deepEqual(validateBatchProposal(Uint8Array.of(1), proposalContext()), { type: 'reject', code: 'MALFORMED' });
  assert.deepEqual(validateBatchAttestation(Uint8Array.of(1), attestationContext()), {
    type: 'reject',
    code: 'MALFORMED',
  });
});

const DIGEST = headerDigestOf(DOMAIN, batch.header);
const attestationOf = (attester: number, change: Partial<BatchAttestation> = {}): BatchAttestation => ({
  index: 1n,
  slot: SLOT,
  headerDigest: DIGEST,
  attester,
  signature: signBy(attester, batch.header),
  ...change,
});
function attestationContext(change: Partial<AttestationContext> = {}): AttestationContext {
  return {
    secp256k1: cheapSecp256k1,
    lastIndex: 0n,
    epoch: 1n,
    snapshot: (epoch) => (epoch === OPERATORS.epoch ? OPERATORS : undefined),
    proposed: (digest) => (digest === DIGEST ? batch.header : undefined),
    isSeen: () => false,
    ...change,
  };
}
const judgeAttestation = (attestation: BatchAttestation, change: Partial<AttestationContext> = {}) =>
  validateBatchAttestation(encodeBatchAttestation(attestation), attestationContext(change));

test('an attestation of a known proposal is accepted, also of the epoch before the last seal', () => {
  for (const epoch of [1n, 2n]) {
    const verdict = judgeAttestation(attestationOf(2), { epoch });
    assert.deepEqual(verdict.type === 'accept' && [verdict.value.isAhead, verdict.value.epoch], [false, 1n]);
  }
});

test('an attestation ahead of its proposal is parked when an attester signed it', () => {
  const verdict = judgeAttestation(attestationOf(2), { proposed: () => undefined, epoch: 2n });
  assert.deepEqual(verdict.type === 'accept' && [verdict.value.isAhead, verdict.value.epoch], [true, 1n]);
});

const noAttester = snapshotOf([rowOf(0, { roles: ROLE_MODEL }, true)]);
const REJECTED_ATTESTATIONS: readonly (readonly [string, string, BatchAttestation, Partial<AttestationContext>?])[] = [
  ['contradicts its header in the slot', 'MALFORMED', attestationOf(2, { slot: 8n })],
  ['names a row that does not exist', 'NOT_AN_ATTESTER', attestationOf(8)],
  ['names a row without weight', 'NOT_AN_ATTESTER', attestationOf(0), { snapshot: () => noAttester }],
  ['is signed by another row', 'BAD_SIGNATURE', attestationOf(2, { signature: signBy(3, batch.header) })],
];
for (const [name, code, attestation, change] of REJECTED_ATTESTATIONS) {
  test(`an attestation that ${name} is rejected: ${code}`, () => {
    assert.deepEqual(judgeAttestation(attestation, change), { type: 'reject', code });
  });
}

const unknown = { headerDigest: keccak256(bytes32('unknown')) };
const IGNORED_ATTESTATIONS: readonly (readonly [string, string, BatchAttestation, Partial<AttestationContext>?])[] = [
  ['was seen', 'SEEN', attestationOf(2), { isSeen: () => true }],
  ['is of a batch on chain', 'WRONG_INDEX', attestationOf(2), { lastIndex: 1n }],
  ['is nine batches ahead', 'WRONG_INDEX', attestationOf(2, { index: 9n })],
  ['is of no proposal and by no attester', 'UNKNOWN_PROPOSAL', attestationOf(2, unknown)],
  ['is of an epoch we forgot', 'UNKNOWN_EPOCH', attestationOf(2), { snapshot: () => undefined }],
];
for (const [name, code, attestation, change] of IGNORED_ATTESTATIONS) {
  test(`an attestation that ${name} is ignored: ${code}`, () => {
    assert.deepEqual(judgeAttestation(attestation, change), { type: 'ignore', code });
  });
}
