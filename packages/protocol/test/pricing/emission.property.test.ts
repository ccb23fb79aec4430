import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accruedInflationWei,
  emissionOf,
  emissionPoolsOf,
  inflationBps,
  ProtocolError,
  SECONDS_PER_YEAR,
} from '../../src/index.ts';

const wei = fc.bigInt({ min: 0n, max: 10n ** 27n });
const claims = fc.array(fc.record({ account: fc.nat(9), weight: fc.bigInt({ min: 0n, max: 10n ** 20n }) }), {
  maxLength: 8,
});
const inputs = fc.record({
  scheduledWei: wei,
  feesWei: wei,
  executors: claims,
  attesters: claims,
  modelProviders: claims,
  earlyOperators: claims,
});

test('I9: an emission is exactly what its accounts get and what nobody claimed, and at most twice the fees', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { emissionWei, credits, unclaimedWei } = emissionOf(input);
      assert.equal(credits.reduce((sum, credit) => sum + credit.wei, 0n) + unclaimedWei, emissionWei);
      assert.ok(unclaimedWei >= 0n && credits.every((credit) => credit.wei > 0n));
      assert.ok(emissionWei <= input.scheduledWei && emissionWei <= 2n * input.feesWei);
      assert.ok(emissionWei === input.scheduledWei || emissionWei === 2n * input.feesWei);
      assert.ok(credits.every(({ account }, i) => i === 0 || account > (credits[i - 1]?.account ?? 0)));
    }),
    { numRuns: 500 },
  );
});

test('the pools are the whole emission, 70 / 15 / 10 / 5', () => {
  assert.deepEqual(emissionPoolsOf(1000n), {
    executors: 700n,
    attesters: 150n,
    modelProviders: 100n,
    earlyOperators: 50n,
  });
  fc.assert(
    fc.property(wei, (total) => {
      const { executors, attesters, modelProviders, earlyOperators } = emissionPoolsOf(total);
      const dust = total - executors - attesters - modelProviders - earlyOperators;
      assert.ok(dust >= 0n && dust < 4n);
    }),
  );
});

test('a pool is shared by weight, an account is credited once, a pool without claims stays unminted', () => {
  const emission = emissionOf({
    scheduledWei: 1000n,
    feesWei: 10_000n,
    executors: [
      { account: 2, weight: 3n },
      { account: 1, weight: 1n },
    ],
    attesters: [{ account: 1, weight: 5n }],
    modelProviders: [],
    earlyOperators: [{ account: 9, weight: 0n }],
  });
  assert.deepEqual(emission, {
    emissionWei: 1000n,
    credits: [
      { account: 1, wei: 175n + 150n },
      { account: 2, wei: 525n },
    ],
    unclaimedWei: 150n,
  });
});

test('a negative amount or weight is refused', () => {
  const none = { scheduledWei: 1n, feesWei: 1n, executors: [], attesters: [], modelProviders: [], earlyOperators: [] };
  for (const bad of [{ scheduledWei: -1n }, { feesWei: -1n }, { executors: [{ account: 1, weight: -1n }] }]) {
    assert.throws(
      () => emissionOf({ ...none, ...bad }),
      (error) => error instanceof ProtocolError && error.code === 'BAD_PARAMETER',
    );
  }
});

test('inflation falls from 3 % to 0.5 % in ten years and stays there', () => {
  assert.deepEqual([0n, 1n, 9n, 10n, 11n, 40n].map(inflationBps), [300n, 275n, 75n, 50n, 50n, 50n]);
});

test('what accrues in the epochs of a year adds up to the rate of the year, and nothing more after its end', () => {
  const year = { supplyAtYearStartWei: 10n ** 27n, year: 0n };
  const accrued = (elapsedSec: bigint) => accruedInflationWei({ ...year, elapsedSec });
  assert.equal(accrued(SECONDS_PER_YEAR), 3n * 10n ** 25n);
  assert.equal(accrued(2n * SECONDS_PER_YEAR), accrued(SECONDS_PER_YEAR));
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: SECONDS_PER_YEAR }), { maxLength: 20 }), (cuts) => {
      const ends = [...cuts, SECONDS_PER_YEAR].toSorted((a, b) => (a < b ? -1 : 1));
      const parts = ends.map((end, i) => accrued(end) - accrued(ends[i - 1] ?? 0n));
      assert.ok(parts.every((part) => part >= 0n));
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0n),
        accrued(SECONDS_PER_YEAR),
      );
    }),
  );
});
