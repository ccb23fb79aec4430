import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chargedSeatsOf,
  chargeOf,
  feeQuote,
  LANE_EARNED,
  LANE_ESCROW,
  ProtocolError,
  payoutOf,
} from '../../src/index.ts';

const GWEI = 1_000_000_000n;
const order = { computeUnits: 2_000_000, tipPerSeat: 3n * GWEI, redundancy: 4 };

test('a task of four seats is split as protocol.md section 10 says', () => {
  // seat = 5 * 2 + 3 = 13, comp = 52, bonus 2 (5 %), treasury 1, burn 1, batcher 0.
  const charge = chargeOf({ order, modelPriceWei: 7n * GWEI, baseFee: 5n * GWEI, lockedCount: 4, paidCount: 3 });
  assert.deepEqual(charge, {
    chargeUnits: 7n + 13n * 3n + 2n + 1n + 1n,
    modelFeeUnits: 7n,
    paidSeatUnits: 13n,
    treasuryUnits: 1n + 2n,
    burnUnits: 1n,
    batcherUnits: 0n,
  });
});

test('the base fee is rounded up to a unit, tip and model price down', () => {
  const odd = { computeUnits: 1, tipPerSeat: 2n * GWEI - 1n };
  const charge = chargeOf({ order: odd, modelPriceWei: GWEI - 1n, baseFee: 1n, lockedCount: 3, paidCount: 3 });
  assert.equal(charge.paidSeatUnits, 1n + 1n);
  assert.equal(charge.modelFeeUnits, 0n);
});

test('a quote is what the charge is when all seats are locked and paid', () => {
  const price = { modelPriceWei: 7n * GWEI, baseFee: 5n * GWEI };
  const charge = chargeOf({ order, ...price, lockedCount: 4, paidCount: 4 });
  assert.equal(feeQuote({ order, ...price }), charge.chargeUnits * GWEI);
});

test('a task in which nobody is locked, or nobody paid, cannot be charged', () => {
  for (const counts of [
    { lockedCount: 4, paidCount: 0 },
    { lockedCount: 0, paidCount: 4 },
  ]) {
    assert.throws(
      () => chargeOf({ order, modelPriceWei: 0n, baseFee: 1n, ...counts }),
      (error) => error instanceof ProtocolError && error.code === 'BAD_PARAMETER',
    );
  }
});

test('the nine signers of a dispute share what the four seats that were ordered would have got', () => {
  // seat = 13, comp = 52, bonus 2: nine get 52 / 9 = 5 and no bonus; 7 and 2 of dust are the treasury's.
  const lockedCount = chargedSeatsOf({ lockedCount: 12, redundancy: 4 });
  const charge = chargeOf({ order, modelPriceWei: 7n * GWEI, baseFee: 5n * GWEI, lockedCount, paidCount: 9 });
  assert.deepEqual(charge, {
    chargeUnits: 7n + 52n + 2n + 1n + 1n,
    modelFeeUnits: 7n,
    paidSeatUnits: 5n,
    treasuryUnits: 1n + 7n + 2n,
    burnUnits: 1n,
    batcherUnits: 0n,
  });
});

test('a payout debits the requester, credits the others in slot order, and names nobody who gets nothing', () => {
  const charge = chargeOf({ order, modelPriceWei: 7n * GWEI, baseFee: 5n * GWEI, lockedCount: 4, paidCount: 3 });
  assert.deepEqual(payoutOf(charge, { requester: 1, modelProvider: 2, batcher: 3, paidSeats: [6, 4, 5] }), [
    { slot: 0, kind: LANE_ESCROW, account: 1, units: charge.chargeUnits },
    { slot: 1, kind: LANE_EARNED, account: 2, units: 7n },
    { slot: 3, kind: LANE_EARNED, account: 6, units: 13n },
    { slot: 4, kind: LANE_EARNED, account: 4, units: 13n },
    { slot: 5, kind: LANE_EARNED, account: 5, units: 13n },
  ]);
});
