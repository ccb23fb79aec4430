import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chargedSeatsOf, chargeOf, feeQuote, LANE_ESCROW, payoutOf, seatUnitsOf, UNIT_WEI } from '../../src/index.ts';

const wei = fc.bigInt({ min: 0n, max: 10n ** 24n });
const tasks = fc
  .record({
    computeUnits: fc.integer({ min: 0, max: 0xffff_ffff }),
    tipPerSeat: wei,
    modelPriceWei: wei,
    baseFee: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    redundancy: fc.integer({ min: 3, max: 15 }),
    locked: fc.nat(),
    paid: fc.nat(),
  })
  .map(({ locked, paid, modelPriceWei, baseFee, ...order }) => {
    const lockedCount = 1 + (locked % order.redundancy);
    return { order, modelPriceWei, baseFee, lockedCount, paidCount: 1 + (paid % lockedCount) };
  });
/** Of any round: up to 31 signers share what the first committee would have got. */
const anyRound = fc
  .tuple(tasks, fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 44 }), fc.boolean())
  .map(([task, paidCount, locked, isLater]) => {
    const lockedCount = chargedSeatsOf({ lockedCount: Math.max(locked, paidCount), redundancy: task.order.redundancy });
    return isLater ? { ...task, lockedCount, paidCount } : task;
  });

test('I9: what the requester pays is exactly what all others get, and nothing is negative', () => {
  fc.assert(
    fc.property(anyRound, (task) => {
      const charge = chargeOf(task);
      assert.ok(Object.values(charge).every((units) => units >= 0n));
      const paidSeats = Array.from({ length: task.paidCount }, (_, i) => 10 + i);
      const entries = payoutOf(charge, { requester: 1, modelProvider: 2, batcher: 3, paidSeats });
      const sum = (isDebit: boolean) =>
        entries.reduce((total, { kind, units }) => ((kind === LANE_ESCROW) === isDebit ? total + units : total), 0n);
      assert.equal(sum(true), sum(false) + charge.treasuryUnits + charge.burnUnits);
      assert.equal(sum(true), charge.chargeUnits);
    }),
    { numRuns: 1000 },
  );
});

test('an order whose maxFee meets the quote pays for every outcome of its round', () => {
  fc.assert(
    fc.property(anyRound, (task) => {
      assert.ok(chargeOf(task).chargeUnits * UNIT_WEI <= feeQuote(task));
    }),
    { numRuns: 1000 },
  );
});

test('each unpaid locked seat saves the requester exactly one seat fee', () => {
  fc.assert(
    fc.property(tasks, (task) => {
      const all = chargeOf({ ...task, paidCount: task.lockedCount });
      const missing = BigInt(task.lockedCount - task.paidCount);
      assert.equal(all.chargeUnits - chargeOf(task).chargeUnits, seatUnitsOf(task) * missing);
    }),
    { numRuns: 300 },
  );
});
