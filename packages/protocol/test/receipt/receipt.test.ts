import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BlockHash,
  buildBatch,
  encodeReceiptJson,
  MAX_CERTIFICATE_SIGNERS,
  MAX_LEAF_MOVEMENTS,
  nobleSecp256k1,
  ProtocolError,
  parseReceiptJson,
  type Receipt,
  type ReceiptModel,
  receiptSettlementOf,
  type Secp256k1,
  sha256,
  verifyReceipt,
} from '../../src/index.ts';
import { addressOf, blockHashOf, bytes32, DOMAIN, SETTLEMENT, someAddress } from '../fixture/network.ts';
import {
  cheapSecp256k1,
  largeViewOf,
  MANY_OPERATORS,
  MODEL,
  OPERATORS,
  OUTPUT,
  settle,
  type TaskChoice,
  viewOf,
} from '../fixture/settlement.ts';

const INPUT = Uint8Array.of(1, 2, 3);
const model: ReceiptModel = {
  modelId: MODEL,
  provider: addressOf('provider'),
  name: 'mnist',
  cid: 'bafkrei',
  engine: 'onnxruntime',
  sha256: bytes32('model bytes'),
  sizeBytes: 1234,
  priceWei: 10n ** 20n,
  computeUnits: 1_000_000,
  mode: 1,
  atolE9: 1000n,
  rtolE9: 0n,
};

const receiptOf = (secp256k1: Secp256k1 = cheapSecp256k1, choice: TaskChoice = {}): Receipt => {
  const { blind, ...task } = settle({ secp256k1, order: { inputHash: sha256(INPUT) }, ...choice });
  const { snapshot = OPERATORS } = choice;
  const others = ['bob', 'carol'].map((requester) => settle({ secp256k1, requester, snapshot }));
  const { order, certificate, declines } = task;
  const tasks = [task, ...others];
  const { batch } = buildBatch({ view: snapshot === OPERATORS ? viewOf() : largeViewOf(), secp256k1, slot: 7n, tasks });
  const { taskId } = certificate.statement;
  const { header, leaves } = batch ?? assert.fail();
  return {
    chainId: DOMAIN.chainId,
    settlementContract: SETTLEMENT,
    order,
    input: INPUT,
    model,
    seedBlock: { number: 22n, hash: blockHashOf(22n) },
    laterSeedBlocks: [25n, 28n]
      .slice(0, certificate.statement.round)
      .map((number) => ({ number, hash: blockHashOf(number) })),
    snapshot,
    certificate,
    declines,
    blind,
    output: OUTPUT,
    settlement: receiptSettlementOf({ header, leaves, taskId, transaction: bytes32('transaction') }),
  };
};
const good = receiptOf();
const failing = (receipt: Receipt): readonly string[] =>
  verifyReceipt(receipt, cheapSecp256k1)
    .checks.filter(({ ok }) => !ok)
    .map(({ name }) => name);

test('a settled receipt with real signatures verifies offline and says what it could not see', () => {
  const receipt = receiptOf(nobleSecp256k1);
  const report = verifyReceipt(parseReceiptJson(encodeReceiptJson(receipt)), nobleSecp256k1);
  assert.deepEqual(
    report.checks.filter(({ ok }) => !ok),
    [],
  );
  assert.equal(report.ok, true);
  assert.equal(report.confidenceBps, 10_000);
  assert.ok(report.notChecked.some((text) => text.includes('EpochSealed')));
  assert.ok(report.notChecked.some((text) => text.includes('challenge window')));
});

test('an agreed receipt says that it is not settled, and that its input is missing', () => {
  const report = verifyReceipt({ ...good, settlement: undefined, input: undefined }, cheapSecp256k1);
  assert.equal(report.ok, true);
  assert.ok(report.notChecked.some((text) => text.includes('agreed, not settled')));
  assert.ok(report.notChecked.some((text) => text.includes('the input')));
});

test('three of four seats are 75 % confidence', () => {
  const receipt = receiptOf(cheapSecp256k1, { signers: [0, 2, 3] });
  const report = verifyReceipt(receipt, cheapSecp256k1);
  assert.deepEqual([report.ok, report.confidenceBps], [true, 7500]);
});

for (const round of [1, 2]) {
  test(`a receipt of a task that round ${round} decided, with substitutes, verifies offline`, () => {
    const findings = new Map([[0, { finding: 'gross' }]] as const);
    const receipt = receiptOf(cheapSecp256k1, { snapshot: MANY_OPERATORS, round, declined: [0, 2], findings });
    const parsed = parseReceiptJson(encodeReceiptJson(receipt));
    assert.deepEqual(parsed, receipt);
    assert.deepEqual(failing(parsed), []);
    assert.equal(receipt.certificate.statement.round, round);
    // Without its later seed blocks or declines there is no committee to judge it by.
    assert.ok(failing({ ...receipt, laterSeedBlocks: [] }).includes('committee'));
    assert.ok(failing({ ...receipt, declines: [] }).includes('seat signatures'));
    const swapped = receipt.laterSeedBlocks.map((block) => ({ ...block, number: 22n }));
    assert.ok(failing({ ...receipt, laterSeedBlocks: swapped }).includes('registry snapshot'));
  });
}

test('a leaf of another round than the receipt is not its settlement', () => {
  const choice = { snapshot: MANY_OPERATORS };
  const first = receiptOf(cheapSecp256k1, choice);
  const { settlement: later } = receiptOf(cheapSecp256k1, { ...choice, round: 1 });
  assert.ok(failing({ ...first, settlement: later }).includes('settled leaf'));
});

const other = bytes32('other');

test('a leaf that pays for another value is not the settlement of this one', () => {
  const { settlement: another } = receiptOf(cheapSecp256k1, { statement: { resultDigest: other } });
  assert.deepEqual(failing({ ...good, settlement: another }), ['settled leaf']);
});

const rows = OPERATORS.rows;
const settlement = good.settlement ?? assert.fail();
const header = settlement.header;
const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
const TAMPERED: readonly (readonly [what: string, check: string, receipt: Receipt])[] = [
  [
    'an order field',
    'order signature',
    { ...good, order: { ...good.order, body: { ...good.order.body, maxFee: 1n } } },
  ],
  [
    'the order signature',
    'order signature',
    { ...good, order: { ...good.order, signature: flipped(good.order.signature) } },
  ],
  ['the chain', 'order signature', { ...good, chainId: 1 }],
  ['the contract', 'order signature', { ...good, settlementContract: someAddress('other') }],
  ['the input', 'input', { ...good, input: Uint8Array.of(9) }],
  ['the model', 'model', { ...good, model: { ...model, modelId: other as never } }],
  ['the epoch', 'registry snapshot', { ...good, snapshot: { ...OPERATORS, epoch: 2n } }],
  ['a seal after the anchor', 'registry snapshot', { ...good, snapshot: { ...OPERATORS, sealedAtBlock: 21n } }],
  ['the order of the rows', 'registry snapshot', { ...good, snapshot: { ...OPERATORS, rows: rows.toReversed() } }],
  ['a too small snapshot', 'committee', { ...good, snapshot: { ...OPERATORS, rows: rows.slice(0, 3) } }],
  ['the seed block', 'seat signatures', { ...good, seedBlock: { number: 22n, hash: other as unknown as BlockHash } }],
  [
    'a locked commit',
    'lock root',
    { ...good, certificate: { ...good.certificate, locked: good.certificate.locked.slice(1) } },
  ],
  [
    'missing signatures',
    'weight',
    { ...good, certificate: { ...good.certificate, signatures: good.certificate.signatures.slice(2) } },
  ],
  ['the blind', 'output', { ...good, blind: other }],
  ['the output', 'output', { ...good, output: flipped(OUTPUT) }],
  [
    'the leaf',
    'settled leaf',
    { ...good, settlement: { ...settlement, leaf: { ...settlement.leaf, committee: [0, 1, 2, 3] } } },
  ],
  [
    'the place in the batch',
    'merkle proof',
    { ...good, settlement: { ...settlement, leafIndex: settlement.leafIndex ^ 1 } },
  ],
  [
    'a place beyond the leaves',
    'merkle proof',
    { ...good, settlement: { ...settlement, leafIndex: settlement.leafIndex + 4 } },
  ],
  ['the proof', 'merkle proof', { ...good, settlement: { ...settlement, proof: [other, other] } }],
  [
    'a proof that is too long',
    'merkle proof',
    { ...good, settlement: { ...settlement, proof: [...settlement.proof, other] } },
  ],
  [
    'the batch root',
    'merkle proof',
    { ...good, settlement: { ...settlement, header: { ...header, leavesRoot: other } } },
  ],
];
for (const [what, check, receipt] of TAMPERED) {
  test(`a receipt with ${what} tampered with fails at "${check}" and has no confidence`, () => {
    assert.ok(failing(receipt).includes(check), failing(receipt).join());
    assert.equal(verifyReceipt(receipt, cheapSecp256k1).confidenceBps, 0);
  });
}

test('a receipt comes back from its JSON as it was', () => {
  const unbound = { ...OPERATORS, rows: rows.map((row, i) => (i === 0 ? { ...row, peerKey: undefined } : row)) };
  for (const receipt of [good, { ...good, settlement: undefined, input: undefined, snapshot: unbound }]) {
    assert.deepEqual(parseReceiptJson(encodeReceiptJson(receipt)), receipt);
  }
});

test('the leaf of the largest committee, every seat, treasury and burn paid, fits a receipt', () => {
  const ledgerRows = Array.from({ length: MAX_LEAF_MOVEMENTS }, (_, i) => i);
  const receipt = { ...good, settlement: { ...settlement, leaf: { ...settlement.leaf, ledgerRows } } };
  assert.deepEqual(parseReceiptJson(encodeReceiptJson(receipt)), receipt);
  assert.equal(MAX_LEAF_MOVEMENTS, 5 + MAX_CERTIFICATE_SIGNERS);
});

test('a broken document is refused with the place of what is wrong', () => {
  const json = JSON.parse(encodeReceiptJson(good));
  const refused = (text: string, place: RegExp, code = 'BAD_RECEIPT'): void =>
    assert.throws(
      () => parseReceiptJson(text),
      (error) => error instanceof ProtocolError && error.code === code && place.test(error.message),
    );
  const changed = (change: (document: typeof json) => void): string => {
    const copy = structuredClone(json);
    change(copy);
    return JSON.stringify(copy);
  };
  refused('', /not JSON/);
  refused('null', /schema/);
  refused('{"schema":"mlb.receipt/1"}', /expected "mlb.receipt\/2"/);
  refused(' '.repeat(1024 * 1024 + 1), /characters/, 'TOO_LARGE');
  refused(
    changed((d) => delete d.blind),
    /field blind is missing/,
  );
  refused(
    changed((d) => (d.extra = 1)),
    /unknown field "extra"/,
  );
  refused(
    changed((d) => (d.blind = '0x12')),
    /receipt\.blind: expected 32 bytes/,
  );
  refused(
    changed((d) => (d.output = 'zz')),
    /receipt\.output: expected 0x-prefixed hex/,
  );
  refused(
    changed((d) => (d.output = '0xz1')),
    /receipt\.output: not hex/,
  );
  refused(
    changed((d) => (d.order.body.maxFee = 12)),
    /receipt\.order\.body\.maxFee: expected a string/,
  );
  refused(
    changed((d) => (d.order.body.maxFee = '-1')),
    /receipt\.order\.body\.maxFee: expected a decimal/,
  );
  refused(
    changed((d) => (d.order.body.maxFee = '9'.repeat(60))),
    /receipt\.order\.body: .*128 bits/,
  );
  refused(
    changed((d) => (d.order.body.redundancy = 256)),
    /receipt\.order\.body: .*uint8/,
  );
  refused(
    changed((d) => (d.order.signature = '0x00')),
    /receipt\.order\.signature: expected 64 bytes/,
  );
  refused(
    changed((d) => (d.certificate.signatures = new Array(32).fill(0))),
    /signatures: 32 elements, at most 31/,
  );
  refused(
    changed((d) => (d.snapshot.rows[1].roles = 'x')),
    /rows\[1\]\.roles: expected an integer/,
  );
  refused(
    changed((d) => (d.model.name = 'x'.repeat(513))),
    /receipt\.model\.name: 513 characters/,
  );
  refused(
    changed((d) => (d.settlement.proof = '0x')),
    /receipt\.settlement\.proof: expected an array/,
  );
});

test('whatever stands in a receipt, parsing it gives a receipt or a ProtocolError', () => {
  const json = JSON.parse(encodeReceiptJson(good));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(json)), fc.jsonValue(), (name, value) => {
      try {
        verifyReceipt(parseReceiptJson(JSON.stringify({ ...json, [name]: value })), cheapSecp256k1);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 200 },
  );
});

test('a task that is not in the batch has no place in it', () => {
  assert.throws(
    () => receiptSettlementOf({ header, leaves: [], taskId: good.certificate.statement.taskId, transaction: other }),
    (error) => error instanceof ProtocolError && error.code === 'BAD_RECEIPT',
  );
});
