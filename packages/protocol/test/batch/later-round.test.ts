import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BatchFaultCode,
  type BatchLeaf,
  buildBatch,
  checkTask,
  decodeDeltas,
  drawUnion,
  feeQuote,
  leafHashOf,
  MAX_CERTIFICATE_SIGNERS,
  roundSizes,
  type SettledTask,
  type SettlementView,
  UNIT_WEI,
  verifyBatch,
} from '../../src/index.ts';
import { bytes32, DOMAIN, secretKeyOf } from '../fixture/network.ts';
import {
  BASE_FEE,
  cheapSecp256k1,
  largeViewOf,
  MANY_OPERATORS,
  settle,
  type TaskChoice,
} from '../fixture/settlement.ts';

const SLOT = 7n;
const large = (choice: TaskChoice = {}): SettledTask => settle({ snapshot: MANY_OPERATORS, ...choice });
const build = (tasks: readonly SettledTask[], view: SettlementView = largeViewOf()) =>
  buildBatch({ view, secp256k1: cheapSecp256k1, slot: SLOT, tasks });
const codesOf = (tasks: readonly SettledTask[], view?: SettlementView): readonly (string | undefined)[] =>
  build(tasks, view).refused.map(({ code }) => code);
const check = (task: SettledTask, view: SettlementView = largeViewOf()) =>
  checkTask({ view, secp256k1: cheapSecp256k1 }, task);
const sizes = roundSizes(4);
const WRONG = new Map([
  [0, { finding: 'gross', isOverturnedSigner: true }],
  [5, { finding: 'near' }],
] as const);

for (const round of [0, 1, 2]) {
  test(`a task that round ${round} decided is settled, attested, and pays the signers of that round`, () => {
    const task = large({ round, ...(round === 0 ? {} : { findings: WRONG }) });
    const { batch } = build([task]);
    assert.ok(batch);
    const [leaf] = batch.leaves;
    assert.equal(leaf?.committee.length, sizes[round]);
    assert.equal(new Set(leaf?.committee).size, sizes[round]);
    assert.equal(verifyBatch({ view: largeViewOf(), secp256k1: cheapSecp256k1, ...batch }).type, 'sound');
    const paid = decodeDeltas(batch.deltas).filter(({ kind }) => kind === 1).length - 2;
    assert.equal(paid, Math.min(sizes[round] ?? 0, MAX_CERTIFICATE_SIGNERS));
  });
}

test('no round costs the requester more than what it was quoted', () => {
  const order = { computeUnits: 1_000_000, tipPerSeat: 3n * UNIT_WEI, redundancy: 4 };
  const quote = feeQuote({ order, modelPriceWei: 100n * UNIT_WEI, baseFee: BASE_FEE });
  for (const round of [0, 1, 2]) {
    const checked = check(large({ round, order }));
    assert.ok(typeof checked !== 'string');
    assert.equal(checked.charge.chargeUnits * UNIT_WEI, quote);
  }
});

test('the substitute of a seat that declined holds it, and the decliner sits nowhere else', () => {
  const committeeOf = (choice: TaskChoice): readonly number[] => {
    const checked = check(large(choice));
    return typeof checked === 'string' ? assert.fail(checked) : checked.committee;
  };
  for (const nonce of [0n, 1n, 2n, 3n, 4n, 5n]) {
    const plain = committeeOf({ round: 2, order: { nonce } });
    const passed = committeeOf({ round: 2, order: { nonce }, declined: [1, 2] });
    const decliners = plain.slice(1, 3);
    assert.deepEqual([passed[0], passed[3]], [plain[0], plain[3]]);
    assert.ok(decliners.every((row) => !passed.includes(row)));
    assert.equal(new Set(passed).size, sizes[2]);
  }
});

test('seats of a later round are fresh: nobody sits twice, and earlier seats keep their numbers', () => {
  const committees = [0, 1, 2].map((round) => {
    const checked = check(large({ round, declined: [3] }));
    return typeof checked === 'string' ? assert.fail(checked) : checked.committee;
  });
  assert.deepEqual(committees[1]?.slice(0, 4), committees[0]);
  assert.deepEqual(committees[2]?.slice(0, 13), committees[1]);
});

const signed = (task: SettledTask, change: Partial<SettledTask>): SettledTask => ({ ...task, ...change });
const round1 = large({ round: 1, findings: WRONG });
const verdict = round1.verdict ?? assert.fail();
const declined = large({ declined: [2] });
const REFUSED: readonly (readonly [name: string, code: BatchFaultCode, task: SettledTask, view?: SettlementView])[] = [
  ['a round that nobody runs', 'WRONG_STATEMENT', large({ statement: { round: 3 } })],
  ['the audit round', 'WRONG_STATEMENT', large({ statement: { round: 0x80 } })],
  ['a union one seat short', 'BAD_CERTIFICATE', large({ round: 1, statement: { seatCount: 12 } })],
  ['60 % of the union', 'BAD_CERTIFICATE', large({ round: 1, signers: [0, 1, 2, 3, 4, 5, 6, 7] })],
  ['the first committee under a later number', 'BAD_CERTIFICATE', large({ statement: { round: 1 } })],
  ['a certificate that is disputed', 'UNDER_DISPUTE', large(), largeViewOf({ isDisputed: () => true })],
  [
    'a certificate that our own machine does not settle on',
    'NOT_SETTLEABLE',
    large(),
    largeViewOf({ isSettleable: () => false }),
  ],
  ['a verdict of another round', 'BAD_VERDICT', large({ round: 2, findings: WRONG, verdict: { round: 1 } })],
  ['a verdict in round 0', 'BAD_VERDICT', large({ findings: WRONG })],
  [
    'a verdict of another task',
    'BAD_VERDICT',
    large({ round: 1, findings: WRONG, verdict: { taskId: bytes32('other') as never } }),
  ],
  [
    'a verdict of another lock',
    'BAD_VERDICT',
    large({ round: 1, findings: WRONG, verdict: { lockRoot: bytes32('other') } }),
  ],
  ['a verdict that somebody else signed', 'BAD_VERDICT', signed(round1, { verdict: { ...verdict, signatures: [] } })],
  [
    'a verdict with one bit changed',
    'BAD_VERDICT',
    signed(round1, {
      verdict: { ...verdict, verdict: { ...verdict.verdict, findings: verdict.verdict.findings ^ 1n } },
    }),
  ],
  [
    'a verdict that calls a locked seat silent',
    'BAD_VERDICT',
    large({ round: 1, findings: new Map([[1, { finding: 'silent' }]]) }),
  ],
  ['no verdict where one is known', 'VERDICT_MISSING', large({ round: 1 }), largeViewOf({ hasVerdict: () => true })],
  [
    'a decline that is not signed by its seat',
    'BAD_DECLINE',
    signed(declined, { declines: [{ seat: 1, signature: declined.declines[0]?.signature ?? assert.fail() }] }),
  ],
  [
    'a decline given twice',
    'BAD_DECLINE',
    signed(declined, { declines: [...declined.declines, ...declined.declines] }),
  ],
  ['a decline left out', 'BAD_CERTIFICATE', signed(declined, { declines: [] })],
];
for (const [name, code, task, view] of REFUSED) {
  test(`a task with ${name} is not settled: ${code}`, () => assert.deepEqual(codesOf([task], view), [code]));
}

test('of a task whose round 1 is settleable for us, a certificate of round 0 is refused until our machine changes its mind', () => {
  const order = { nonce: 7n };
  const lie = large({ order, signers: [0, 1, 2], statement: { resultDigest: bytes32('a lie') } });
  const truth = large({ order, round: 1 });
  const isSettleable: SettlementView['isSettleable'] = (_, { resultDigest }) =>
    resultDigest === truth.certificate.statement.resultDigest;
  const { batch } = build([lie]);
  assert.ok(batch);
  const verified = verifyBatch({ view: largeViewOf({ isSettleable }), secp256k1: cheapSecp256k1, ...batch });
  assert.deepEqual(verified, { type: 'fault', code: 'NOT_SETTLEABLE', leaf: 0, isPassing: true });
  assert.notEqual(typeof check(truth, largeViewOf({ isSettleable })), 'string');
});

test('in a pool too small for two committees nobody may decline', () => {
  const snapshot = { ...MANY_OPERATORS, rows: MANY_OPERATORS.rows.slice(0, 7) };
  const { order, certificate } = settle({ snapshot });
  const declines = [{ seat: 0, signature: cheapSecp256k1.sign(bytes32('decline'), secretKeyOf('session 0')) }];
  const seedHash = () => bytes32('block') as never;
  const { taskId } = certificate.statement;
  const input = { domain: DOMAIN, secp256k1: cheapSecp256k1, taskId, snapshot, redundancy: 4, exclude: [], seedHash };
  assert.equal(drawUnion({ ...input, round: 0, declines }), 'BAD_DECLINE');
  assert.equal(typeof drawUnion({ ...input, round: 1, declines: [] }), 'object');
  assert.equal(drawUnion({ ...input, round: 2, declines: [] }), 'NO_COMMITTEE');
  assert.equal(order.body.redundancy, 4);
});

/** The first nonce whose task the audit seed picks, or does not. */
const nonceWhere = (isPicked: boolean): bigint =>
  Array.from({ length: 400 }, (_, i) => BigInt(i)).find(
    (nonce) => (large({ order: { nonce } }).audit !== undefined) === isPicked,
  ) ?? assert.fail();

test('an audited task is settled with its audit only, and with an audit of all seats', () => {
  const task = large({ order: { nonce: nonceWhere(true) } });
  assert.equal(build([task]).taskIds.length, 1);
  assert.equal(build([task]).batch?.leaves[0]?.audit, task.audit);
  assert.deepEqual(codesOf([signed(task, { audit: undefined })]), ['AUDIT_MISSING']);
  assert.deepEqual(codesOf([signed(task, { audit: task.certificate })]), ['AUDIT_MISSING']);
  const other = large({ order: task.order.body, statement: { resultDigest: bytes32('another value') } });
  assert.deepEqual(codesOf([signed(task, { audit: other.audit })]), ['AUDIT_MISSING']);
  const cut = task.audit && { ...task.audit, signatures: task.audit.signatures.slice(3) };
  assert.deepEqual(codesOf([signed(task, { audit: cut })]), ['AUDIT_MISSING']);
  const blind = largeViewOf({ blockHash: (number) => (number < 26n ? largeViewOf().blockHash(number) : undefined) });
  assert.deepEqual(codesOf([task], blind), ['UNKNOWN_BLOCK']);
});

test('a certificate first heard after its audit block settles with an audit only, and everybody takes that audit', () => {
  const order = { nonce: nonceWhere(false) };
  const late = largeViewOf({ heardAfterAuditBlock: () => true });
  assert.equal(check(large({ order }), late), 'AUDIT_MISSING');
  const audited = large({ order, isAudited: true });
  assert.ok(audited.audit);
  for (const view of [late, largeViewOf()]) {
    const { batch } = build([audited], view);
    assert.deepEqual(batch?.leaves[0]?.audit, audited.audit);
    assert.equal(batch && verifyBatch({ view, secp256k1: cheapSecp256k1, ...batch }).type, 'sound');
  }
});

test('a silent seat makes a task audited that would not be otherwise', () => {
  const locked = [0, 1, 2];
  const nonces = Array.from({ length: 100 }, (_, i) => BigInt(i));
  const picked = nonces.filter((nonce) => large({ order: { nonce } }).audit !== undefined).length;
  const silent = nonces.map((nonce) => large({ order: { nonce }, locked })).filter(({ audit }) => audit !== undefined);
  assert.ok(silent.length > 2 * picked);
  assert.ok(silent.every((task) => typeof check(task) !== 'string'));
  assert.ok(silent.every((task) => check(signed(task, { audit: undefined })) === 'AUDIT_MISSING'));
});

test('an audit that nobody asked for is left out by the proposer and refused by attesters', () => {
  const audited = large({ order: { nonce: nonceWhere(true) } });
  const task = signed(large({ order: { nonce: nonceWhere(false) } }), { audit: audited.audit });
  assert.equal(check(task), 'NEEDLESS_AUDIT');
  const { batch } = build([task]);
  assert.deepEqual([batch?.leaves.length, batch?.leaves[0]?.audit], [1, undefined]);
});

test('of two forms of a task the later round is settled, and of one round the one with a verdict', () => {
  const order = { nonce: 9n };
  const forms = [
    large({ order, round: 1 }),
    large({ order }),
    large({ order, round: 1, findings: WRONG, signers: Array.from({ length: 10 }, (_, i) => i) }),
  ];
  const leaf = build(forms).batch?.leaves[0];
  assert.deepEqual([leaf?.certificate.statement.round, leaf?.verdict], [1, forms[2]?.verdict]);
});

test('a leaf hash binds the declines, and neither audit nor verdict', () => {
  const [leaf] = build([round1]).batch?.leaves ?? assert.fail();
  assert.ok(leaf);
  const silenced: BatchLeaf = { ...leaf, verdict: undefined };
  assert.equal(leafHashOf(silenced), leafHashOf(leaf));
  assert.notEqual(leafHashOf({ ...leaf, declines: declined.declines }), leafHashOf(leaf));
});

test('a verdict may find that a seat outside the lock withheld: it evades what it was locked for a round before', () => {
  const locked = Array.from({ length: 13 }, (_, seat) => seat).filter((seat) => seat !== 3);
  const evading = (finding: 'withheld' | 'gross') =>
    large({ round: 1, locked, signers: locked, findings: new Map([[3, { finding }]]) });
  assert.deepEqual(codesOf([evading('withheld')]), []);
  assert.deepEqual(codesOf([evading('gross')]), ['BAD_VERDICT']);
});
