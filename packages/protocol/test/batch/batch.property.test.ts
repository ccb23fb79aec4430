import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  assembleBatch,
  BATCH_HEADER,
  type BatchFaultCode,
  type BatchHeader,
  type BatchLeaf,
  buildBatch,
  checkTask,
  decodeDeltas,
  decodeNullifiers,
  encodeLeaves,
  keccak256,
  type SettledTask,
  sha256,
  UNIT_WEI,
  verifyBatch,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { bytes32 } from '../fixture/network.ts';
import { cheapSecp256k1, FREE_MODEL, MODEL, settle, viewOf } from '../fixture/settlement.ts';

const SLOT = 7n;
const build = (tasks: readonly SettledTask[], view = viewOf()) =>
  buildBatch({ view, secp256k1: cheapSecp256k1, slot: SLOT, tasks });
const verify = (batch: NonNullable<ReturnType<typeof build>['batch']>) =>
  verifyBatch({ view: viewOf(), secp256k1: cheapSecp256k1, ...batch });

/** Tasks with few nonces and requesters, so that they get into each other's way. */
const choices = fc
  .record({
    requester: fc.constantFrom('alice', 'bob', 'carol'),
    modelId: fc.constantFrom(MODEL, FREE_MODEL),
    nonce: fc.bigInt({ min: 250n, max: 260n }),
    redundancy: fc.integer({ min: 3, max: 7 }),
    tipUnits: fc.bigInt({ min: 0n, max: 1000n }),
    silent: fc.nat(),
  })
  .map(({ requester, modelId, nonce, redundancy, tipUnits, silent }) => {
    // From four seats on one may be silent; it may be locked (and unpaid) or not.
    const seats = Array.from({ length: redundancy }, (_, i) => i);
    const signers = redundancy > 3 ? seats.filter((seat) => seat !== silent % (redundancy + 1)) : seats;
    const order = { modelId, nonce, redundancy, tipPerSeat: tipUnits * UNIT_WEI };
    return settle({ requester, order, signers, ...(silent % 2 === 0 ? { locked: signers } : {}) });
  });
const taskLists = fc.array(choices, { minLength: 1, maxLength: 8 });

test('I9: every batch conserves value, uses each nonce once, and is sound', () => {
  fc.assert(
    fc.property(taskLists, (tasks) => {
      const { batch, taskIds } = build(tasks);
      assert.ok(batch);
      const sum = (kind: number) =>
        decodeDeltas(batch.deltas).reduce((total, delta) => (delta.kind === kind ? total + delta.units : total), 0n);
      assert.equal(sum(0), sum(1) + batch.header.treasuryUnits + batch.header.burnUnits);
      const bits = decodeNullifiers(batch.nullifiers).map(({ mask }) => mask.toString(2).replaceAll('0', '').length);
      assert.equal(
        bits.reduce((total, count) => total + count, 0),
        taskIds.length,
      );
      assert.equal(verify(batch).type, 'sound');
    }),
    { numRuns: 40 },
  );
});

test('a batch is a function of the set of its tasks, not of their order', () => {
  const shuffled = taskLists.chain((tasks) =>
    fc.tuple(fc.constant(tasks), fc.shuffledSubarray(tasks, { minLength: tasks.length })),
  );
  fc.assert(
    fc.property(shuffled, ([tasks, other]) => {
      assert.deepEqual(build(other), build(tasks));
    }),
    { numRuns: 25 },
  );
});

test('assembling checked tasks sorts them itself, and names a nonce that two of them share', () => {
  const check = { view: viewOf(), secp256k1: cheapSecp256k1 };
  const checked = ['alice', 'bob', 'carol'].map((requester) => checkTask(check, settle({ requester })));
  const tasks = checked.filter((task) => typeof task !== 'string');
  const place = { index: 1n, prevHash: ZERO_BYTES32, epoch: 1n, slot: SLOT, baseFee: 1n };
  const assemble = (list: typeof tasks) => assembleBatch(place, { tasks: list, batcher: 4 });
  assert.deepEqual(assemble(tasks.toReversed()), assemble(tasks));
  assert.throws(() => assemble([...tasks, ...tasks]), /used twice/);
});

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << (at % 8)) : byte));

const tamperedField = (header: BatchHeader, name: keyof BatchHeader): BatchHeader => {
  const value = header[name];
  if (typeof value === 'bigint') return { ...header, [name]: value + 1n };
  if (typeof value === 'number') return { ...header, [name]: value + 1 };
  return { ...header, [name]: bytes32('tampered') };
};

test('a header with any one field changed is not attested', () => {
  const { batch } = build([settle(), settle({ requester: 'bob' })]);
  assert.ok(batch);
  for (const name of Object.keys(BATCH_HEADER.fields) as (keyof BatchHeader)[]) {
    // The next slot may be the same proposer's: then it is the same batch at another, equally good place.
    const header: BatchHeader =
      name === 'slot' ? { ...batch.header, slot: otherProposersSlot() } : tamperedField(batch.header, name);
    assert.equal(verify({ ...batch, header }).type, 'fault', name);
  }
});

const batcherRowOf = (slot: bigint): string =>
  keccak256(
    buildBatch({ view: viewOf(), secp256k1: cheapSecp256k1, slot, tasks: [settle()] }).batch?.deltas ?? assert.fail(),
  );
const otherProposersSlot = (): bigint => {
  let slot = SLOT + 1n;
  while (batcherRowOf(slot) === batcherRowOf(SLOT)) slot += 1n;
  return slot;
};

test('deltas, nullifiers or data with any one bit changed are not attested, also when the header fits them', () => {
  const { batch } = build([settle(), settle({ requester: 'bob' }), settle({ order: { nonce: 300n } })]);
  assert.ok(batch);
  const { header } = batch;
  fc.assert(
    fc.property(fc.constantFrom('deltas', 'nullifiers', 'data'), fc.nat(), fc.boolean(), (part, at, isFitted) => {
      const bytes = flip(batch[part as 'data'], at);
      const hashes = {
        deltas: { deltasHash: keccak256(bytes) },
        nullifiers: { nullifiersHash: keccak256(bytes) },
        data: { dataCidDigest: sha256(bytes) },
      };
      const fitted = isFitted ? { ...header, ...hashes[part as 'data'] } : header;
      assert.equal(verify({ ...batch, [part]: bytes, header: fitted }).type, 'fault');
    }),
    { numRuns: 150 },
  );
});

test('a leaf that names other seats, other ledger rows or fewer signatures than were built is not attested', () => {
  const { batch } = build([settle(), settle({ requester: 'bob' })]);
  assert.ok(batch);
  const tamperings: readonly (readonly [BatchFaultCode, (leaf: BatchLeaf) => BatchLeaf])[] = [
    ['WRONG_COMMITTEE', (leaf) => ({ ...leaf, committee: leaf.committee.toReversed() })],
    ['WRONG_LEDGER_ROWS', (leaf) => ({ ...leaf, ledgerRows: leaf.ledgerRows.toReversed() })],
    [
      'WRONG_LEDGER_ROWS',
      (leaf) => ({ ...leaf, certificate: { ...leaf.certificate, signatures: leaf.certificate.signatures.slice(1) } }),
    ],
    ['BAD_ORDER_SIGNATURE', (leaf) => ({ ...leaf, order: { ...leaf.order, body: { ...leaf.order.body, nonce: 9n } } })],
  ];
  for (const [code, tamper] of tamperings) {
    const data = encodeLeaves(batch.leaves.map((leaf, i) => (i === 1 ? tamper(leaf) : leaf)));
    const header: BatchHeader = { ...batch.header, dataCidDigest: sha256(data) };
    const verdict = verify({ ...batch, data, header });
    assert.equal(verdict.type === 'fault' && verdict.code, code);
  }
});
