import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildBatch,
  emptyFold,
  foldBatch,
  OFFENSE_DOWNTIME,
  OFFENSE_WITHHELD_REVEAL,
  OFFENSE_WRONG_RESULT,
  type SettlementFold,
  ZERO_BYTES32,
} from '../../src/index.ts';
import { foldSource, found, large, leafOf, newChain, next, scoreOf } from '../fixture/fold.ts';
import { BASE_FEE, cheapSecp256k1, largeViewOf, MANY_OPERATORS, MODEL } from '../fixture/settlement.ts';

const rows = MANY_OPERATORS.rows;

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

const SIGNERS = Array.from({ length: 12 }, (_, seat) => seat + 1);
const liar = (nonce: bigint) =>
  large(nonce, { round: 1, signers: SIGNERS, findings: found([0, { finding: 'gross', isOverturnedSigner: true }]) });

test('who is in jail for one incident has no row for a second one, nor for being down meanwhile', () => {
  const chain = next(newChain(), 3n, liar(1n));
  const offender = chain.fold.slashes[0]?.operator ?? assert.fail();
  const index = rows.findIndex(({ operator }) => operator === offender);
  const again = foldBatch(
    chain.fold,
    { header: { index: 2n, slot: 4n, epoch: 1n }, leaves: chain.batches[0]?.leaves ?? [] },
    foldSource(),
  );
  assert.deepEqual(again.slashes, []);
  const down = (jailedUntilSec: number) => {
    const log = chain.fold.logs.get(index) ?? assert.fail();
    const inactivity = { ...log.inactivity, duties: 20, misses: 20 };
    const penalty = { ...log.penalty, jailedUntilSec };
    const fold = { ...chain.fold, logs: new Map(chain.fold.logs).set(index, { ...log, inactivity, penalty }) };
    return foldBatch(fold, { header: { index: 2n, slot: 10n, epoch: 1n }, leaves: [] }, foldSource());
  };
  assert.deepEqual(down(10 ** 9).slashes, []);
  const jailed = down(0);
  assert.equal(jailed.slashes.length, 1);
  // The first downtime jails and is no slash; the second one within a week is.
  const countOf = (fold: SettlementFold) => fold.logs.get(index)?.penalty.slashedAtSec.length;
  assert.deepEqual([countOf(jailed), (jailed.logs.get(index)?.penalty.jailedUntilSec ?? 0) > 0], [1, true]);
  const log = jailed.logs.get(index) ?? assert.fail();
  const twice = { ...log, inactivity: { ...log.inactivity, duties: 20, misses: 20 } };
  const later = { ...jailed, logs: new Map(jailed.logs).set(index, twice) };
  const after = foldBatch(later, { header: { index: 3n, slot: 21n, epoch: 1n }, leaves: [] }, foldSource());
  assert.deepEqual([after.slashes.length, countOf(after)], [1, 2]);
});

test('many found wrong within a day lose more; what is older is forgotten', () => {
  const chain = next(newChain(), 3n, liar(1n));
  const foundWrong = (slot: bigint, nonce: bigint) => next(chain, slot, liar(nonce)).fold.slashes[0]?.foundWrongBps;
  // Another operator: two lots of fifty within ten slots, one of fifty later.
  const other = Array.from({ length: 50 }, (_, i) => BigInt(i + 2)).find((nonce) => foundWrong(4n, nonce) === 400);
  assert.ok(other !== undefined);
  assert.equal(foundWrong(12n, other), 400);
  assert.equal(foundWrong(13n, other), 200);
  assert.equal(next(chain, 13n, large(900n)).fold.findings.length, 0);
});

test('a signature of the certificate outweighs a finding, but not that of an overturned one', () => {
  const findings = found([1, { finding: 'gross' }], [5, { finding: 'agreeing', isOverturnedSigner: true }]);
  const chain = next(newChain({}, spent()), 3n, large(1n, { round: 1, findings }));
  assert.deepEqual([scoreOf(chain, 1)?.good, scoreOf(chain, 5)?.bad], [65_536, 65_536]);
  const { committee } = leafOf(chain);
  const [row] = chain.fold.slashes;
  assert.deepEqual([chain.fold.slashes.length, row?.operator], [1, rows[committee[5] ?? -1]?.operator]);
  // It signed the certificate, but is no judge in its own case.
  assert.equal(row?.judges.length, 8);
  assert.ok(!row?.judges.includes(row.operator));
});

test('one kind of runtime that differs as a whole is excused: neither good nor bad', () => {
  const tolerant = { model: (id: typeof MODEL) => ({ ...(largeViewOf().model(id) ?? assert.fail()), mode: 1 }) };
  // Seats of one class among the thirteen, at most three of them, and no supporter of that class.
  const snapshot = { ...MANY_OPERATORS, rows: rows.map((row, i) => ({ ...row, runtimeClass: i < 12 ? 1 : 0 })) };
  const views = { ...tolerant, snapshot: () => snapshot, snapshotAt: () => snapshot };
  const seatsOf = (nonce: bigint): readonly number[] => {
    const task = large(nonce, { round: 1, snapshot });
    const { batch } = buildBatch({ view: newChain(views).view, secp256k1: cheapSecp256k1, slot: 3n, tasks: [task] });
    return (batch?.leaves[0]?.committee ?? []).flatMap((row, seat) => (row < 12 ? [seat] : []));
  };
  const nonces = Array.from({ length: 200 }, (_, i) => BigInt(i));
  const nonce = nonces.find((candidate) => seatsOf(candidate).length === 3) ?? assert.fail();
  const divergent = seatsOf(nonce);
  const signers = Array.from({ length: 13 }, (_, seat) => seat).filter((seat) => !divergent.includes(seat));
  const findings = found(...divergent.map((seat) => [seat, { finding: 'gross' }] as const));
  const task = large(nonce, { round: 1, snapshot, signers, findings });
  const chain = next(newChain(views), 3n, task);
  assert.deepEqual(
    divergent.map((seat) => scoreOf(chain, seat)),
    [undefined, undefined, undefined],
  );
  assert.equal(chain.fold.reputation.length, 10);
});
