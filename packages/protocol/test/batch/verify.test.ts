import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BatchFaultCode,
  type BlockHash,
  buildBatch,
  decodeDeltas,
  decodeLeaves,
  encodeLeaves,
  feeQuote,
  isPassingFault,
  type SettledTask,
  type SettlementView,
  sha256,
  slotOf,
  UNIT_WEI,
  verifyBatch,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { bytes32, snapshotOf } from '../fixture/network.ts';
import {
  BASE_FEE,
  cheapSecp256k1,
  FREE_MODEL,
  OPERATORS,
  settle,
  type TaskChoice,
  viewOf,
} from '../fixture/settlement.ts';

const SLOT = slotOf(30n, 4);
const build = (tasks: readonly SettledTask[], view: SettlementView = viewOf()) =>
  buildBatch({ view, secp256k1: cheapSecp256k1, slot: SLOT, tasks });
const built = (tasks: readonly SettledTask[]) => build(tasks).batch ?? assert.fail('no batch');
const verify = (batch: ReturnType<typeof built>, view: SettlementView = viewOf()) =>
  verifyBatch({ view, secp256k1: cheapSecp256k1, ...batch });

test('a batch of settled tasks is sound for every attester that sees the same chain', () => {
  const tasks = [settle(), settle({ requester: 'bob' }), settle({ order: { nonce: 1n, modelId: FREE_MODEL } })];
  const batch = built(tasks);
  const verdict = verify(batch);
  assert.equal(verdict.type, 'sound');
  assert.equal(verdict.type === 'sound' && verdict.taskIds.length, 3);
  assert.equal(batch.header.index, 1n);
});

test('the requester pays the seats that signed, the model provider, the batcher, the treasury and the fire', () => {
  const batch = built([settle({ signers: [0, 1, 3] })]);
  const deltas = decodeDeltas(batch.deltas);
  const seat = BASE_FEE / UNIT_WEI;
  const bonus = (4n * seat * 500n) / 10_000n;
  const credited = deltas.filter(({ kind }) => kind === 1).reduce((sum, { units }) => sum + units, 0n);
  const debited = deltas.filter(({ kind }) => kind === 0).reduce((sum, { units }) => sum + units, 0n);
  assert.equal(batch.header.treasuryUnits, (4n * seat * 300n) / 10_000n + (bonus % 3n));
  assert.equal(batch.header.burnUnits, (4n * seat * 200n) / 10_000n);
  assert.equal(credited, 3n * (seat + bonus / 3n) + 100n + (4n * seat * 50n) / 10_000n);
  assert.equal(debited, credited + batch.header.treasuryUnits + batch.header.burnUnits);
});

/** Tasks nobody may settle, and views that make a good one wait. */
const REFUSED: readonly (readonly [
  name: string,
  code: BatchFaultCode,
  task: TaskChoice,
  view?: Partial<SettlementView>,
])[] = [
  ['has a flag that v1 does not define', 'UNSUPPORTED', { order: { flags: 1 } }],
  ['tightens the tolerance, which v1 cannot', 'UNSUPPORTED', { order: { tolClass: 1 } }],
  ['has an input kind that v1 does not define', 'UNSUPPORTED', { order: { inputKind: 2 } }],
  ['is past its deadline', 'EXPIRED', {}, { nowSec: 2001n }],
  ['is anchored in a block we do not know', 'UNKNOWN_BLOCK', { order: { anchorBlock: 31n } }],
  ['is anchored on another fork', 'WRONG_ANCHOR', { order: { anchorHash: bytes32('fork') } }],
  ['was first seen after its seed block', 'UNTIMELY', {}, { isTimely: () => false }],
  ['is of an epoch we do not know', 'UNKNOWN_EPOCH', {}, { snapshotAt: () => undefined }],
  ['is of a model we do not know', 'UNKNOWN_MODEL', {}, { model: () => undefined }],
  ['declares less work than its model needs', 'BAD_COMPUTE_UNITS', { order: { computeUnits: 999_999 } }],
  ['has too small a pool', 'NO_COMMITTEE', {}, { snapshotAt: () => snapshotOf(OPERATORS.rows.slice(0, 3)) }],
  ['has a statement of another round', 'WRONG_STATEMENT', { statement: { round: 3 } }],
  ['has a statement of another epoch', 'WRONG_STATEMENT', { statement: { epoch: 2n } }],
  ['has a statement of another task', 'WRONG_STATEMENT', { statement: { taskId: bytes32('other') as never } }],
  ['has two signatures only', 'BAD_CERTIFICATE', { signers: [0, 1] }],
  ['has a signer outside the lock', 'BAD_CERTIFICATE', { locked: [0, 1, 2], signers: [1, 2, 3] }],
  ['has a nonce of 2^40', 'BAD_NONCE', { order: { nonce: 2n ** 40n } }],
  ['has a used nonce', 'NONCE_USED', {}, { isNonceUsed: () => true }],
  ['has a requester without an account', 'UNKNOWN_ACCOUNT', { requester: 'stranger' }],
  ['costs more than its maxFee', 'CHARGE_ABOVE_MAX_FEE', { order: { maxFee: 1n } }],
  ['costs more than its requester has', 'OVERDRAWN', {}, { escrowUnits: () => 1n }],
];

for (const [name, code, choice, change] of REFUSED) {
  test(`a task that ${name} is neither taken into a batch nor attested: ${code}`, () => {
    const task = settle(choice);
    const { batch, refused } = build([task], viewOf(change));
    assert.equal(batch, undefined);
    assert.deepEqual(
      refused.map(({ code: is }) => is),
      [code],
    );

    // The same task in the place of a good one: the attester finds the same fault, and where.
    const good = built([settle()]);
    const data = encodeLeaves([{ ...task, committee: [], ledgerRows: [] }]);
    const verdict = verify({ ...good, data, header: { ...good.header, dataCidDigest: sha256(data) } }, viewOf(change));
    assert.deepEqual(verdict, { type: 'fault', code, leaf: 0, isPassing: isPassingFault(code) });
  });
}

test('redundancy outside 3 to 15 is refused', () => {
  for (const redundancy of [2, 16]) {
    const task = { ...settle(), order: { ...settle().order, body: { ...settle().order.body, redundancy } } };
    assert.deepEqual(
      build([task]).refused.map(({ code }) => code),
      ['BAD_REDUNDANCY'],
    );
  }
});

test('an order signed by another key than its requester is refused', () => {
  const forged = settle();
  const signature = cheapSecp256k1.sign(forged.certificate.statement.taskId, new Uint8Array(32).fill(1));
  const task = { ...forged, order: { ...forged.order, signature } };
  assert.deepEqual(
    build([task]).refused.map(({ code }) => code),
    ['BAD_ORDER_SIGNATURE'],
  );
});

test('an order that was forced on chain needs no signature', () => {
  const forced = settle();
  const task = { ...forced, order: { ...forced.order, signature: new Uint8Array(64) } };
  assert.equal(build([task]).refused[0]?.code, 'BAD_ORDER_SIGNATURE');
  const { taskId } = forced.certificate.statement;
  assert.equal(build([task], viewOf({ isForced: (id) => id === taskId })).taskIds.length, 1);
});

test('a maxFee that meets the quote is enough, one wei less is not', () => {
  const order = { computeUnits: 1_000_000, tipPerSeat: 7n * UNIT_WEI, redundancy: 4 };
  const maxFee = feeQuote({ order, modelPriceWei: 100n * UNIT_WEI, baseFee: BASE_FEE });
  assert.equal(build([settle({ order: { ...order, maxFee } })]).taskIds.length, 1);
  assert.equal(build([settle({ order: { ...order, maxFee: maxFee - 1n } })]).taskIds.length, 0);
});

test('two tasks with one nonce or beyond one balance: the first by id is taken, the other one waits', () => {
  const pair = [settle(), settle({ order: { modelId: FREE_MODEL } })];
  assert.deepEqual([build(pair).taskIds.length, build(pair).refused[0]?.code], [1, 'NONCE_USED']);
  const two = [settle(), settle({ order: { nonce: 1n } })];
  const cost = decodeDeltas(built([settle()]).deltas)[0]?.units ?? 0n;
  const poor = viewOf({ escrowUnits: () => 2n * cost - 1n });
  assert.deepEqual([build(two, poor).taskIds.length, build(two, poor).refused[0]?.code], [1, 'OVERDRAWN']);
  assert.equal(verify(built(two), poor).type, 'fault');
  assert.equal(build(two, viewOf({ escrowUnits: () => 2n * cost })).taskIds.length, 2);
});

test('of two certificates of one task the one that pays more seats is settled', () => {
  const batch = built([settle({ signers: [0, 1, 2] }), settle(), settle({ signers: [1, 2, 3] })]);
  assert.deepEqual(
    batch.leaves.map(({ certificate }) => certificate.signatures.length),
    [4],
  );
});

const PLACES: readonly (readonly [BatchFaultCode, Partial<SettlementView>])[] = [
  ['WRONG_INDEX', { lastIndex: 1n }],
  ['WRONG_PARENT', { lastHeaderDigest: bytes32('another head') }],
  ['WRONG_EPOCH', { epoch: 3n }],
  ['WRONG_BASE_FEE', { baseFee: 1n }],
  ['UNKNOWN_EPOCH', { snapshot: () => undefined }],
];
for (const [code, change] of PLACES) {
  test(`a batch whose place on chain we see otherwise may pass later: ${code}`, () => {
    const verdict = verify(built([settle()]), viewOf(change));
    assert.deepEqual(verdict, { type: 'fault', code, leaf: undefined, isPassing: true });
  });
}

test('an attester one seal ahead of the proposer still attests', () => {
  assert.equal(verify(built([settle()]), viewOf({ epoch: 2n })).type, 'sound');
});

test('leaves out of order, missing or undecodable are a fault', () => {
  const batch = built([settle(), settle({ requester: 'bob' })]);
  const withData = (data: Uint8Array) =>
    verify({ ...batch, data, header: { ...batch.header, dataCidDigest: sha256(data) } });
  const codeOf = (verdict: ReturnType<typeof verify>) => (verdict.type === 'fault' ? verdict.code : 'sound');
  assert.equal(codeOf(withData(encodeLeaves(batch.leaves.toReversed()))), 'NOT_SORTED');
  assert.equal(codeOf(withData(encodeLeaves([batch.leaves[0], batch.leaves[0]] as never))), 'NOT_SORTED');
  assert.equal(codeOf(withData(encodeLeaves([]))), 'EMPTY');
  assert.equal(codeOf(withData(Uint8Array.of(1, 2, 3))), 'MALFORMED');
  assert.equal(codeOf(verify({ ...batch, data: encodeLeaves([]) })), 'WRONG_DATA');
});

test('a reorg that takes the seed block away stops settlement until it is known again', () => {
  const view = viewOf();
  const shallow = viewOf({ blockHash: (number) => (number <= 21n ? view.blockHash(number) : undefined) as BlockHash });
  assert.deepEqual(
    build([settle()], shallow).refused.map(({ code }) => code),
    ['UNKNOWN_BLOCK'],
  );
});

test('a slot without a known proposer gives no batch', () => {
  const { batch, refused } = build([settle()], viewOf({ snapshot: () => snapshotOf([]) }));
  assert.deepEqual([batch, refused[0]?.code], [undefined, 'UNKNOWN_ACCOUNT']);
});

test('the leaves on the wire are the leaves of the batch', () => {
  const batch = built([settle(), settle({ requester: 'carol' })]);
  assert.deepEqual(decodeLeaves(batch.data), batch.leaves);
  assert.equal(batch.header.slashesRoot, ZERO_BYTES32);
});
