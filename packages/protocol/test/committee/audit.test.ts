import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  AUDIT_SIGMA_BPS,
  auditBlockOf,
  auditRatePpm,
  auditSeedOf,
  DEVNET_PARAMS,
  drawAuditors,
  drawCommittee,
  isAuditDue,
  isAudited,
  keccak256,
  MAINNET_PARAMS,
  TaskId,
  tag,
  valueAuditRatePpm,
  wrongResultBps,
} from '../../src/index.ts';
import { blockHashOf, bytes32, DOMAIN, rowOf, snapshotOf } from '../fixture/network.ts';

const MLB = 10n ** 18n;
const calm = { hasSilentSeat: false, valueAtRisk: 0n };
const seedOfTask = (name: string) =>
  auditSeedOf({ domain: DOMAIN, taskId: TaskId(bytes32(name)), blockHash: blockHashOf(9n) });

test('small committees are audited more, silence most of all', () => {
  assert.equal(auditRatePpm({ ...calm, redundancy: 3 }), 50_000n);
  assert.equal(auditRatePpm({ ...calm, redundancy: 4 }), 50_000n);
  assert.equal(auditRatePpm({ ...calm, redundancy: 5 }), 20_000n);
  assert.equal(auditRatePpm({ ...calm, redundancy: 7, hasSilentSeat: true }), 250_000n);
});

test('a declared value raises the rate to where lying about it stops paying', () => {
  // V / (V + 4 * 0.2 * 50 000) = 40 000 / 80 000.
  assert.equal(valueAuditRatePpm({ redundancy: 4, valueAtRisk: 40_000n * MLB }), 500_000n);
  assert.equal(auditRatePpm({ redundancy: 4, hasSilentSeat: true, valueAtRisk: 40_000n * MLB }), 500_000n);
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: 3, max: 15 }), (valueAtRisk, redundancy) => {
      const rate = valueAuditRatePpm({ valueAtRisk, redundancy });
      const lossWei = (BigInt(redundancy) * 50_000n * MLB * AUDIT_SIGMA_BPS) / 10_000n;
      assert.ok((1_000_000n - rate) * valueAtRisk <= rate * lossWei, 'a coalition of all seats gains');
      assert.ok(rate <= 1_000_000n);
    }),
    { numRuns: 500 },
  );
});

test('sigma promises no more than a signer of an overturned certificate loses with a clean record', () => {
  const clean = { recentSlashCount: 0, foundWrongBps: 0, isOverturnedSigner: true };
  assert.ok(BigInt(wrongResultBps(clean)) >= AUDIT_SIGMA_BPS);
});

test('a rate picks that share of the seeds, and a higher one never fewer', () => {
  const seeds = Array.from({ length: 4000 }, (_, i) => seedOfTask(`task ${i}`));
  const picked = (rate: bigint) => seeds.filter((seed) => isAudited(seed, rate));
  assert.equal(picked(0n).length, 0);
  assert.equal(picked(1_000_000n).length, 4000);
  // 200 expected, and the seeds are fixed.
  assert.ok(Math.abs(picked(50_000n).length - 200) < 40, String(picked(50_000n).length));
  assert.ok(picked(50_000n).every((seed) => isAudited(seed, 250_000n)));
});

test('golden audit seed: its own tag, chain, contract, task and block', () => {
  const taskId = TaskId(bytes32('task'));
  const blockHash = blockHashOf(9n);
  const chainWord = `0x${(31_337).toString(16).padStart(64, '0')}` as const;
  const expected = keccak256(tag('MLB_AUDIT_V1'), chainWord, DOMAIN.settlement, taskId, blockHash);
  assert.equal(auditSeedOf({ domain: DOMAIN, taskId, blockHash }), expected);
  assert.notEqual(auditSeedOf({ domain: DOMAIN, taskId, blockHash: blockHashOf(10n) }), expected);
  assert.equal(auditBlockOf(12n, 15), 27n);
});

test('auditors are three fresh operators: no seat of the task, no requester, no provider', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 3, max: 15 }), fc.integer({ min: 20, max: 40 }), (name, n0, pool) => {
      const snapshot = snapshotOf(Array.from({ length: pool }, (_, i) => rowOf(i)));
      const exclude = [rowOf(0).operator, rowOf(1).operator];
      const committee = drawCommittee({ seed: bytes32(name), snapshot, redundancy: n0, exclude });
      assert.ok(committee);
      const auditors = drawAuditors({ auditSeed: seedOfTask(name), snapshot, committee, exclude });
      const rows = [...committee, ...(auditors ?? [])].map(({ row }) => row);
      assert.equal(auditors?.length, 3);
      assert.equal(new Set(rows).size, n0 + 3);
      assert.ok(!rows.includes(0) && !rows.includes(1));
    }),
    { numRuns: 100 },
  );
});

test('a pool that the committee empties has no auditors', () => {
  const snapshot = snapshotOf(Array.from({ length: 6 }, (_, i) => rowOf(i)));
  const committee = drawCommittee({ seed: bytes32('c'), snapshot, redundancy: 4, exclude: [] });
  assert.ok(committee);
  assert.equal(drawAuditors({ auditSeed: seedOfTask('t'), snapshot, committee, exclude: [] }), undefined);
});

test('no preset decides about an audit while its committee may still agree', () => {
  for (const { auditLagBlocks, roundBlocks } of [MAINNET_PARAMS, DEVNET_PARAMS])
    assert.ok(auditLagBlocks >= roundBlocks);
});

test('a certificate first heard with its audit block known is always audited', () => {
  const input = { auditSeed: keccak256(tag('seed of no audit')), redundancy: 4, hasSilentSeat: false, valueAtRisk: 0n };
  assert.ok(!isAuditDue({ ...input, heardAfterAuditBlock: false }));
  assert.ok(isAuditDue({ ...input, heardAfterAuditBlock: true }));
});
