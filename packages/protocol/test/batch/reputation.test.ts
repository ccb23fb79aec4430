import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyBatchToReputation,
  type BatchLeaf,
  buildBatch,
  decodeLeaves,
  NEWCOMER_REPUTATION_BPS,
  outcomesOfLeaf,
  ProtocolError,
  reputationOf,
  reputationRootOf,
} from '../../src/index.ts';
import { cheapSecp256k1, OPERATORS, settle, viewOf } from '../fixture/settlement.ts';

const source = {
  slotsPerDay: 10n,
  snapshot: (epoch: bigint) => (epoch === OPERATORS.epoch ? OPERATORS : undefined),
};

const batchOf = (slot: bigint, tasks: readonly Parameters<typeof settle>[0][]) => {
  const { batch } = buildBatch({
    view: viewOf(),
    secp256k1: cheapSecp256k1,
    slot,
    tasks: tasks.map((choice) => settle(choice)),
  });
  assert.ok(batch);
  return batch;
};

const MISSED = { locked: [0, 1, 2], signers: [0, 1, 2] };

test('I11: whoever holds the bytes of the batches recomputes the same table and root', () => {
  const batches = [
    batchOf(3n, [{ order: { nonce: 1n } }, { order: { nonce: 2n }, ...MISSED }]),
    batchOf(45n, [{ order: { nonce: 3n } }]),
  ];
  const built = batches.reduce(
    (table, batch) => applyBatchToReputation(table, batch, source),
    applyBatchToReputation([], { header: { slot: 0n }, leaves: [] }, source),
  );
  const fetched = batches.reduce(
    (table, { header, data }) => applyBatchToReputation(table, { header, leaves: decodeLeaves(data) }, source),
    applyBatchToReputation([], { header: { slot: 0n }, leaves: [] }, source),
  );
  assert.deepEqual(fetched, built);
  assert.equal(reputationRootOf(fetched), reputationRootOf(built));
  assert.equal(built.reduce((sum, row) => sum + row.day, 0) > 0, true);
});

test('who signed the certificate did well, who was seated and did not sign missed', () => {
  const [leaf] = batchOf(3n, [MISSED]).leaves;
  assert.ok(leaf);
  assert.deepEqual(outcomesOfLeaf(leaf), ['good', 'good', 'good', 'miss']);
  const table = applyBatchToReputation([], { header: { slot: 3n }, leaves: [leaf] }, source);
  const bps = leaf.committee.map((row) => reputationOf(table, OPERATORS.rows[row]?.operatorIndex ?? -1, 0));
  assert.ok(bps.slice(0, 3).every((value) => value > NEWCOMER_REPUTATION_BPS));
  assert.ok((bps[3] ?? 0) < NEWCOMER_REPUTATION_BPS);
  assert.equal(table.length, 4);
});

test('a leaf of an unknown epoch or row is an error, not a silent gap in the table', () => {
  const batch = batchOf(3n, [{}]);
  const isBadBatch = (error: unknown) => error instanceof ProtocolError && error.code === 'BAD_BATCH';
  assert.throws(() => applyBatchToReputation([], batch, { ...source, snapshot: () => undefined }), isBadBatch);
  const leaves: BatchLeaf[] = batch.leaves.map((leaf) => ({ ...leaf, committee: [0, 1, 2, 99] }));
  assert.throws(() => applyBatchToReputation([], { ...batch, leaves }, source), isBadBatch);
});
