import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseFeeAt,
  buildBatch,
  decodeLeaves,
  emptyFold,
  foldBatch,
  merkleRootOfProof,
  NEWCOMER_REPUTATION_BPS,
  ProtocolError,
  reputationCommitment,
  reputationOf,
  reputationProofOf,
  reputationRootOf,
  reputationRowHash,
  type SettlementFold,
  skipBatch,
  slashesRootOf,
  verifyBatch,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { FOLD_PARAMS, foldSource, found, large, leafOf, newChain, next, scoreOf } from '../fixture/fold.ts';
import { bytes32 } from '../fixture/network.ts';
import { BASE_FEE, cheapSecp256k1, largeViewOf, MANY_OPERATORS, MODEL } from '../fixture/settlement.ts';

const rows = MANY_OPERATORS.rows;
const isBadBatch = (error: unknown) => error instanceof ProtocolError && error.code === 'BAD_BATCH';

test('I11: whoever holds the bytes of the batches recomputes the roots and the base fee of every header', () => {
  let chain = newChain();
  chain = next(chain, 3n, large(1n), large(2n, { locked: [0, 1, 2] }));
  chain = next(chain, 5n, large(3n, { round: 1, findings: found([2, { finding: 'near' }]) }));
  chain = next(chain, 45n, large(4n, { declined: [1] }));
  let fold = emptyFold(BASE_FEE);
  for (const { header, data } of chain.batches) {
    fold = foldBatch(fold, { header, leaves: decodeLeaves(data) }, foldSource());
    assert.equal(header.reputationRoot, reputationRootOf(fold.reputation));
    assert.equal(header.slashesRoot, slashesRootOf(fold.slashes));
    assert.equal(header.baseFee, fold.baseFee);
  }
  assert.deepEqual(fold, chain.fold);
  assert.equal(new Set(chain.batches.map(({ header }) => header.reputationRoot)).size, 3);
});

test('who signed did well, who was seated and did not sign missed', () => {
  const chain = next(newChain(), 3n, large(1n, { locked: [0, 1, 2] }));
  const bps = leafOf(chain).committee.map((row) =>
    reputationOf(chain.fold.reputation, rows[row]?.operatorIndex ?? -1, 0),
  );
  assert.ok(bps.slice(0, 3).every((value) => value > NEWCOMER_REPUTATION_BPS));
  assert.ok((bps[3] ?? 0) < NEWCOMER_REPUTATION_BPS);
});

test('a verdict makes the wrong and the withheld bad, the near and the silent miss, and the rest good', () => {
  const findings = found([0, { finding: 'gross' }], [1, { finding: 'withheld' }], [2, { finding: 'near' }]);
  const locked = Array.from({ length: 12 }, (_, seat) => seat);
  const signers = locked.slice(3).concat();
  const task = large(1n, { round: 1, locked: [...locked, 12], signers: [...signers, 12], findings });
  const silent = large(2n, { round: 1, locked, signers: locked });
  const chain = next(newChain(), 3n, task);
  assert.deepEqual([scoreOf(chain, 0)?.bad, scoreOf(chain, 1)?.bad], [65_536, 65_536]);
  assert.deepEqual([scoreOf(chain, 2)?.bad, scoreOf(chain, 3)?.good], [2048, 65_536]);
  const quiet = next(newChain(), 3n, silent);
  assert.deepEqual([scoreOf(quiet, 12)?.bad, scoreOf(quiet, 11)?.good], [2048, 65_536]);
});

test('a seat that a full certificate has no room for is neither good nor missing without a verdict', () => {
  const chain = next(newChain(), 3n, large(1n, { round: 2 }));
  assert.equal(leafOf(chain).certificate.signatures.length, 31);
  assert.deepEqual([scoreOf(chain, 30)?.good, scoreOf(chain, 31)], [65_536, undefined]);
  const locked = Array.from({ length: 32 }, (_, seat) => seat).filter((seat) => seat !== 7);
  const quiet = next(newChain(), 3n, large(1n, { round: 2, locked }));
  assert.deepEqual([leafOf(quiet).certificate.signatures.length, scoreOf(quiet, 7)?.bad], [31, 2048]);
  const judged = next(newChain(), 3n, large(1n, { round: 2, findings: found() }));
  assert.equal(scoreOf(judged, 31)?.good, 65_536);
});

test('the first decline of a day costs nothing, a second one at once is a miss', () => {
  const first = large(1n, { declined: [0] });
  const chain = next(newChain(), 3n, first);
  assert.equal(chain.fold.reputation.length, 4);
  const declined = [...chain.fold.logs].filter(([, log]) => log.inactivity.declines > 0);
  assert.equal(declined.length, 1);
  const [[operatorIndex, log] = assert.fail()] = declined;
  assert.deepEqual([log.inactivity.duties, log.inactivity.misses, log.errors.dutyCount], [1, 0, 0]);
  // The same operator declines again: found by trying nonces until it is drawn for seat 0.
  const again = Array.from({ length: 400 }, (_, i) => large(BigInt(10 + i), { declined: [0] })).find((task) => {
    const { fold } = next(chain, 4n, task);
    return fold.logs.get(operatorIndex)?.inactivity.declines === 2;
  });
  const after = next(chain, 4n, again ?? assert.fail());
  assert.equal(after.fold.reputation.find((row) => row.operatorIndex === operatorIndex)?.bad, 2048);
});

test('the base fee rises with the work of a slot, rests in empty ones, and stays at its floor', () => {
  const snapshot = { rows: rows.slice(0, 1) };
  const at = (fold: SettlementFold, slot: bigint) => baseFeeAt(fold, { slot, snapshot, params: FOLD_PARAMS });
  const busy: SettlementFold = { ...emptyFold(BASE_FEE), index: 1n, slot: 5n, usedComputeUnits: 10n ** 9n };
  assert.equal(at(busy, 5n), BASE_FEE);
  assert.equal(at(busy, 6n), (BASE_FEE * 17n) / 16n);
  assert.ok(at(busy, 8n) < at(busy, 7n) && at(busy, 7n) < at(busy, 6n));
  assert.equal(at(busy, 10_000n), FOLD_PARAMS.baseFeeFloor);
  assert.equal(at(emptyFold(BASE_FEE), 10_000n), BASE_FEE);
});

test('tasks are charged at the base fee of the header, and wait while it is above their maxFee', () => {
  const chain = next(newChain(), 3n, large(1n));
  const busy: SettlementFold = { ...chain.fold, usedComputeUnits: 10n ** 12n };
  const view = { ...chain.view, fold: { state: busy, params: FOLD_PARAMS } };
  const task = large(2n);
  const { batch } = buildBatch({ view, secp256k1: cheapSecp256k1, slot: 4n, tasks: [task] });
  assert.equal(batch?.header.baseFee, (BASE_FEE * 17n) / 16n);
  const cheap = large(3n, { order: { maxFee: 22_000n * 10n ** 9n } });
  const later = (slot: bigint) => buildBatch({ view, secp256k1: cheapSecp256k1, slot, tasks: [cheap] });
  assert.deepEqual(
    later(4n).refused.map(({ code }) => code),
    ['CHARGE_ABOVE_MAX_FEE'],
  );
  assert.equal(later(8n).taskIds.length, 1);
});

test('an attester finds every root and fee that is not of its fold, and waits when its fold is behind', () => {
  const chain = next(newChain(), 3n, large(1n));
  const task = large(2n);
  const { batch } = buildBatch({ view: chain.view, secp256k1: cheapSecp256k1, slot: 4n, tasks: [task] });
  assert.ok(batch);
  const verify = (header: Partial<typeof batch.header>, view = chain.view) => {
    const verdict = verifyBatch({ view, secp256k1: cheapSecp256k1, ...batch, header: { ...batch.header, ...header } });
    return verdict.type === 'sound' ? 'sound' : verdict.code;
  };
  assert.equal(verify({}), 'sound');
  assert.equal(verify({ reputationRoot: ZERO_BYTES32 }), 'WRONG_REPUTATION_ROOT');
  assert.equal(verify({ slashesRoot: bytes32('a slash') }), 'WRONG_SLASHES_ROOT');
  assert.equal(verify({ baseFee: batch.header.baseFee + 1n }), 'WRONG_BASE_FEE');
  const behind = { ...chain.view, fold: { state: emptyFold(BASE_FEE), params: FOLD_PARAMS } };
  assert.equal(verify({}, behind), 'FOLD_BEHIND');
  assert.deepEqual(
    buildBatch({ view: behind, secp256k1: cheapSecp256k1, slot: 4n, tasks: [task] }).refused.map(({ code }) => code),
    ['FOLD_BEHIND'],
  );
});

test('a batch out of turn, or of an unknown epoch or row, is an error; one that was reverted is skipped', () => {
  const chain = next(newChain(), 3n, large(1n));
  const [batch] = chain.batches;
  assert.ok(batch);
  const start = emptyFold(BASE_FEE);
  assert.throws(() => foldBatch(chain.fold, batch, foldSource()), isBadBatch);
  assert.throws(() => foldBatch(start, batch, { ...foldSource(), snapshot: () => undefined }), isBadBatch);
  const leaves = batch.leaves.map((leaf) => ({ ...leaf, committee: [0, 1, 2, 99] }));
  assert.throws(() => foldBatch(start, { ...batch, leaves }, foldSource()), isBadBatch);
  const skipped = skipBatch(start, 1n);
  assert.deepEqual({ ...skipped, index: 0n }, start);
  assert.equal(
    foldBatch(skipped, { ...batch, header: { ...batch.header, index: 2n } }, foldSource()).baseFee,
    BASE_FEE,
  );
});

test('a row of the reputation table is proven against the header', () => {
  const chain = next(newChain(), 3n, large(1n), large(2n, { requester: 'bob' }));
  for (const { operatorIndex } of chain.fold.reputation) {
    const { row, index, rowCount, root, proof } = reputationProofOf(chain.fold.reputation, operatorIndex);
    assert.equal(merkleRootOfProof({ leaf: reputationRowHash(row), index, proof }), root);
    assert.equal(reputationCommitment(rowCount, root), chain.batches[0]?.header.reputationRoot);
  }
  assert.throws(() => reputationProofOf(chain.fold.reputation, 999), isBadBatch);
});

test('time does not run back when a batch of an earlier slot comes later', () => {
  const chain = next(newChain(), 13n, large(1n));
  const after = next(chain, 12n, large(2n));
  assert.deepEqual([after.fold.slot, after.fold.baseFee], [13n, chain.fold.baseFee]);
  assert.equal(after.fold.usedComputeUnits, 2n * chain.fold.usedComputeUnits);
  const later = next(after, 14n, large(3n));
  assert.equal(later.fold.usedComputeUnits, 4n * 1_000_000n);
  assert.ok(after.fold.reputation.every(({ day }) => day === 1));
});

test('misses and duties of a day are counted from its first one, and close with it', () => {
  const missed = next(newChain(), 13n, large(1n, { locked: [0, 1, 2] }));
  const index = rows[leafOf(missed).committee[3] ?? -1]?.operatorIndex ?? -1;
  assert.deepEqual(missed.fold.logs.get(index)?.inactivity, {
    day: 1,
    duties: 1,
    misses: 1,
    declines: 0,
    lastDownDay: undefined,
  });
  const nextDay = foldBatch(missed.fold, { header: { index: 2n, slot: 20n, epoch: 1n }, leaves: [] }, foldSource());
  assert.deepEqual([nextDay.logs.get(index)?.inactivity.day, nextDay.logs.get(index)?.inactivity.duties], [2, 0]);
});

test('a task whose first committee revealed without agreeing counts against its model', () => {
  const view = largeViewOf();
  const tolerant = { model: (id: typeof MODEL) => ({ ...(view.model(id) ?? assert.fail()), mode: 1 }) };
  const signers = Array.from({ length: 11 }, (_, seat) => seat + 2);
  const split = found([0, { finding: 'gross' }], [1, { finding: 'near' }]);
  const chain = next(newChain(tolerant), 3n, large(1n, { round: 1, signers, findings: split }), large(2n));
  assert.deepEqual(chain.fold.models.get(MODEL)?.taskCount, 2);
  assert.ok((chain.fold.models.get(MODEL)?.splits ?? 0n) > 0n);
});

test('a verdict that its seats did not sign, or of another lock, finds nobody, whatever one attester posts', () => {
  const leaf = leafOf(next(newChain(), 3n, large(5n, { round: 1, findings: found([7, { finding: 'withheld' }]) })));
  const certified = leaf.verdict ?? assert.fail();
  const header = { index: 1n, slot: 3n, epoch: leaf.certificate.statement.epoch };
  const findingsOf = (change: Partial<typeof leaf>): number =>
    foldBatch(emptyFold(BASE_FEE), { header, leaves: [{ ...leaf, ...change }] }, foldSource()).findings.length;
  assert.equal(findingsOf({}), 1);
  assert.equal(findingsOf({ verdict: { ...certified, signatures: [] } }), 0);
  const forged = { ...certified.verdict, findings: certified.verdict.findings ^ 1n };
  assert.equal(findingsOf({ verdict: { ...certified, verdict: forged } }), 0);
  const { certificate } = large(5n, { round: 1, locked: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
  assert.equal(findingsOf({ certificate }), 0);
});

test('a locked seat whose signature the proposer left out has neither done well nor missed', () => {
  const chain = next(newChain(), 3n, large(1n, { signers: [0, 1, 2] }));
  const { operatorIndex } = rows[leafOf(chain).committee[3] ?? -1] ?? assert.fail();
  assert.equal(reputationOf(chain.fold.reputation, operatorIndex, 0), NEWCOMER_REPUTATION_BPS);
  assert.equal(chain.fold.logs.get(operatorIndex)?.inactivity.misses, 0);
});
