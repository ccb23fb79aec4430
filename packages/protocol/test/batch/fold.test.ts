import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BatchLeaf,
  baseFeeAt,
  buildBatch,
  decodeLeaves,
  emptyFold,
  foldBatch,
  merkleRootOfProof,
  NEWCOMER_REPUTATION_BPS,
  OFFENSE_DOWNTIME,
  OFFENSE_WITHHELD_REVEAL,
  OFFENSE_WRONG_RESULT,
  ProtocolError,
  reputationCommitment,
  reputationOf,
  reputationProofOf,
  reputationRootOf,
  reputationRowHash,
  type SeatJudgement,
  type SettlementFold,
  skipBatch,
  slashesRootOf,
  verifyBatch,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { FOLD_PARAMS, type FoldedChain, foldSource, newChain, settleNext } from '../fixture/fold.ts';
import { bytes32 } from '../fixture/network.ts';
import {
  BASE_FEE,
  cheapSecp256k1,
  largeViewOf,
  MANY_OPERATORS,
  MODEL,
  settle,
  type TaskChoice,
} from '../fixture/settlement.ts';

const rows = MANY_OPERATORS.rows;
const large = (nonce: bigint, choice: TaskChoice = {}) =>
  settle({ snapshot: MANY_OPERATORS, ...choice, order: { nonce, ...choice.order } });
const next = (chain: FoldedChain, slot: bigint, ...tasks: readonly ReturnType<typeof large>[]) =>
  settleNext(chain, { slot, tasks });
const leafOf = (chain: FoldedChain): BatchLeaf => chain.batches.at(-1)?.leaves[0] ?? assert.fail();
/** Score of the operator that held a seat of the last batch's first leaf. */
const scoreOf = (chain: FoldedChain, seat: number) => {
  const index = rows[leafOf(chain).committee[seat] ?? -1]?.operatorIndex;
  return chain.fold.reputation.find(({ operatorIndex }) => operatorIndex === index);
};
const found = (...findings: readonly (readonly [number, Partial<SeatJudgement>])[]) => new Map(findings);
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

test('a signer of an overturned certificate has a row, also when it is silent afterwards, with its judges', () => {
  const locked = Array.from({ length: 12 }, (_, seat) => seat + 1);
  const findings = found([0, { finding: 'silent', isOverturnedSigner: true }]);
  const chain = next(newChain(), 3n, large(1n, { round: 1, locked, signers: locked, findings }));
  const [row] = chain.fold.slashes;
  assert.ok(row);
  const leaf = leafOf(chain);
  assert.deepEqual(
    [row.operator, row.offense, row.evidence, row.seats, row.signedOverturned],
    [rows[leaf.committee[0] ?? -1]?.operator, OFFENSE_WRONG_RESULT, leaf.certificate.statement.taskId, 13, true],
  );
  assert.deepEqual(
    row.judges,
    leaf.committee.slice(4).map((index) => rows[index]?.operator),
  );
  // One lot of fifty.
  assert.equal(row.foundWrongBps, 200);
  assert.notEqual(chain.batches[0]?.header.slashesRoot, ZERO_BYTES32);
  const innocent = next(chain, 4n, large(2n));
  assert.deepEqual([innocent.fold.slashes, innocent.batches[1]?.header.slashesRoot], [[], ZERO_BYTES32]);
});

/** A fold in which the operator of every seat has used up its error budget. */
const spent = (): SettlementFold => {
  const log = { dutyCount: 10, faultyDuties: [1, 2] };
  const chain = next(newChain(), 3n, large(1n, { round: 2 }), large(2n, { round: 2, requester: 'bob' }));
  const logs = new Map(
    rows.map(({ operatorIndex, operator }) => {
      const known = [...chain.fold.logs.values()][0] ?? assert.fail();
      return [operatorIndex, { ...known, operator, errors: log }] as const;
    }),
  );
  return { ...emptyFold(BASE_FEE), logs };
};

test('wrong and withheld results cost stake beyond the error budget only, and one incident is one row', () => {
  const findings = found([0, { finding: 'gross' }], [1, { finding: 'withheld' }], [2, { finding: 'near' }]);
  const signers = Array.from({ length: 10 }, (_, seat) => seat + 3);
  const task = large(1n, { round: 1, signers, findings });
  assert.deepEqual(next(newChain(), 3n, task).fold.slashes, []);
  const chain = next(newChain({}, spent()), 3n, task);
  assert.deepEqual(
    chain.fold.slashes.map(({ offense, foundWrongBps, seats }) => [offense, foundWrongBps, seats]),
    [
      [OFFENSE_WRONG_RESULT, 400, 13],
      [OFFENSE_WITHHELD_REVEAL, 400, 13],
    ],
  );
  // In jail already: the next fault of the day has no row of its own.
  const offender = chain.fold.slashes[0]?.operator;
  const log = [...chain.fold.logs.values()].find(({ operator }) => operator === offender);
  assert.equal(log?.penalty.slashedAtSec.length, 1);
  assert.ok((log?.penalty.jailedUntilSec ?? 0) > 0);
});

test('who misses more than half of twenty duties of a day has a row when the day is over', () => {
  const day = (fold: SettlementFold, misses: number): SettlementFold => {
    const logs = new Map(fold.logs);
    const [index, log] = [...logs][0] ?? assert.fail();
    logs.set(index, { ...log, inactivity: { ...log.inactivity, duties: 20, misses } });
    return { ...fold, logs };
  };
  const chain = next(newChain(), 13n, large(1n));
  const downOf = (misses: number) => {
    const fold = day(chain.fold, misses);
    return foldBatch(fold, { header: { index: 2n, slot: 20n, epoch: 1n }, leaves: [] }, foldSource()).slashes;
  };
  assert.deepEqual(downOf(10), []);
  const [row] = downOf(15);
  assert.deepEqual([row?.offense, row?.missBps, row?.judges], [OFFENSE_DOWNTIME, 7500, []]);
  // The day began in slot 10: block 40.
  assert.equal(BigInt(row?.evidence ?? 0), 40n);
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

test('in tolerance mode a young model excuses machines, and its tasks are counted', () => {
  const view = largeViewOf();
  const tolerant = { model: (id: typeof MODEL) => ({ ...(view.model(id) ?? assert.fail()), mode: 1 }) };
  const findings = found([0, { finding: 'gross' }]);
  const task = large(1n, { round: 1, signers: Array.from({ length: 12 }, (_, seat) => seat + 1), findings });
  const chain = next(newChain(tolerant, spent()), 3n, task);
  assert.deepEqual(chain.fold.slashes, []);
  // Eight bad duties instead of a slash, each forgetting a little of those before.
  assert.ok((scoreOf(chain, 0)?.bad ?? 0) > 7 * 65_536);
  assert.equal(chain.fold.models.get(MODEL)?.taskCount, 1);
});
