import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  drawCommittee,
  drawProposer,
  keccak256,
  lotsOf,
  ROLE_VERIFIER,
  RUNTIME_STRICT,
  seedBlockOf,
  seedOf,
  slotOf,
  TaskId,
} from '../../src/index.ts';
import { blockHashOf, bytes32, DOMAIN, rowOf, snapshotOf } from '../fixture/network.ts';

const SEED = bytes32('seed');
const rows = Array.from({ length: 10 }, (_, i) => rowOf(i, { stakeMlb: 50_000 * (1 + (i % 5)) }));

test('a committee has distinct operators and takes nobody who is excluded, disreputable or no executor', () => {
  const unfit = [
    rowOf(10),
    rowOf(12, { reputationBps: 3999 }),
    rowOf(13, { roles: ROLE_VERIFIER }),
    rowOf(14, { stakeMlb: 49_999 }),
  ];
  const exclude = [rowOf(10).operator];
  for (let i = 0; i < 50; i++) {
    const seats = drawCommittee({
      seed: bytes32(`seed ${i}`),
      snapshot: snapshotOf([...rows, ...unfit]),
      redundancy: 10,
      exclude,
    });
    assert.equal(new Set(seats?.map(({ row }) => row)).size, 10);
    assert.ok(seats?.every(({ row }) => row < 10));
  }
});

test('a false peer binding changes no draw: the contracts, which draw again, cannot see it', () => {
  const unbound = rows.map((row, i) => (i % 2 === 0 ? { ...row, peerKey: undefined } : row));
  const draw = (list: typeof rows) =>
    drawCommittee({ seed: SEED, snapshot: snapshotOf(list), redundancy: 5, exclude: [] });
  assert.deepEqual(draw(unbound), draw(rows));
});

test('a pool smaller than the redundancy gives no committee', () => {
  const input = { seed: SEED, snapshot: snapshotOf(rows), exclude: [] };
  assert.equal(drawCommittee({ ...input, redundancy: 11 }), undefined);
  assert.equal(drawCommittee({ ...input, redundancy: 3, runtimeClass: RUNTIME_STRICT }), undefined);
});

test('a seat locks one lot whatever the stake, and names row, operator and session key', () => {
  const snapshot = snapshotOf(rows);
  const seats = drawCommittee({ seed: SEED, snapshot, redundancy: 4, exclude: [] });
  for (const seat of seats ?? []) {
    const row = snapshot.rows[seat.row];
    assert.deepEqual([seat.operator, seat.sessionKey], [row?.operator, row?.sessionKey]);
    assert.equal(seat.weight, 50_000n * 5000n);
  }
});

test('a smaller committee is the beginning of a larger one of the same seed', () => {
  const draw = (redundancy: number) =>
    drawCommittee({ seed: SEED, snapshot: snapshotOf(rows), redundancy, exclude: [] });
  assert.deepEqual(draw(7)?.slice(0, 4), draw(4));
});

test('an operator is drawn first in proportion to its lots, at most four', () => {
  const pool = [rowOf(0), rowOf(1, { stakeMlb: 200_000 }), rowOf(2, { stakeMlb: 999_999 }), rowOf(3)];
  assert.deepEqual(pool.map(lotsOf), [1, 4, 4, 1]);
  const firsts = [0, 0, 0, 0];
  for (let i = 0; i < 2000; i++) {
    const [first] =
      drawCommittee({ seed: bytes32(`s${i}`), snapshot: snapshotOf(pool), redundancy: 1, exclude: [] }) ?? [];
    if (first) firsts[first.row] = (firsts[first.row] ?? 0) + 1;
  }
  // Expected 200, 800, 800, 200 of 2000; the seeds are fixed, so the margin hides no chance.
  const expected = [200, 800, 800, 200];
  assert.ok(
    firsts.every((count, i) => Math.abs(count - (expected[i] ?? 0)) < 60),
    String(firsts),
  );
});

test('the draw walks lots as a list of single lots would be drawn', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 12 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (lots, seedBytes) => {
        const seed = keccak256(seedBytes);
        const pool = lots.map((count, i) => rowOf(i, { stakeMlb: 50_000 * count }));
        let urn = pool.flatMap((row, i) => Array.from({ length: lotsOf(row) }, () => i));
        const expected = Array.from({ length: 3 }, (_, j) => {
          const x = BigInt(keccak256(seed, Uint8Array.of(0, 0, 0, j))) % BigInt(urn.length);
          const drawn = urn[Number(x)];
          urn = urn.filter((i) => i !== drawn);
          return drawn;
        });
        const seats = drawCommittee({ seed, snapshot: snapshotOf(pool), redundancy: 3, exclude: [] });
        assert.deepEqual(
          seats?.map(({ row }) => row),
          expected,
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a seed depends on chain, contract, task, round and block', () => {
  const input = { domain: DOMAIN, taskId: TaskId(bytes32('task')), round: 0, blockHash: blockHashOf(12n) };
  const seeds = [
    input,
    { ...input, domain: { ...DOMAIN, chainId: 1 } },
    { ...input, domain: { ...DOMAIN, settlement: rowOf(1).operator } },
    { ...input, taskId: TaskId(bytes32('another')) },
    { ...input, round: 1 },
    { ...input, blockHash: blockHashOf(13n) },
  ].map(seedOf);
  assert.equal(new Set(seeds).size, 6);
  assert.equal(seedBlockOf(10n, 2), 12n);
});

test('proposers of slots follow the attester weights, and verifiers propose too', () => {
  const snapshot = snapshotOf([
    rowOf(0, { roles: ROLE_VERIFIER, stakeMlb: 25_000 }),
    rowOf(1, { stakeMlb: 75_000 }),
    rowOf(2, { roles: 1 }),
  ]);
  const counts = [0, 0, 0];
  for (let slot = 0n; slot < 1000n; slot++) {
    const row = drawProposer({ domain: DOMAIN, snapshot, slot }) ?? 2;
    counts[row] = (counts[row] ?? 0) + 1;
  }
  assert.equal(counts[2], 0);
  assert.ok(Math.abs((counts[0] ?? 0) - 250) < 50, String(counts));
  assert.equal(drawProposer({ domain: DOMAIN, snapshot: snapshotOf([]), slot: 1n }), undefined);
  assert.equal(slotOf(11n, 4), 2n);
});
