import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterJail,
  afterSlash,
  CLEAN_RECORD,
  DOWNTIME_BAND_BPS,
  downtimeBps,
  isJailed,
  JAIL_SEC,
  ProtocolError,
  recentSlashCountOf,
  slashWei,
  splitSlash,
  WRONG_RESULT_BAND_BPS,
  wrongLotsOf,
  wrongResultBps,
} from '../../src/index.ts';

const stake = fc.bigInt({ min: 0n, max: 10n ** 27n });
const wrong = fc
  .record({
    recentSlashCount: fc.nat(1000),
    wrongLots: fc.nat(100_000),
    activeLots: fc.integer({ min: 1, max: 100_000 }),
    isOverturnedSigner: fc.boolean(),
  })
  .map((input) => ({ ...input, wrongLots: Math.min(input.wrongLots, input.activeLots) }));
const absent = fc.record({ duties: fc.integer({ min: 1, max: 100_000 }), more: fc.nat() }).map(({ duties, more }) => {
  const least = Math.floor(duties / 2) + 1;
  return { duties, misses: least + (more % (duties - least + 1)) };
});

const isInBand = (slashed: bigint, of: bigint, [min, max]: readonly [number, number]): boolean =>
  slashed * 10_000n >= of * BigInt(min) && (slashed - 1n) * 10_000n < of * BigInt(max) && slashed <= of;

test('I12: every slash for a wrong result is 10 to 50 % and every one for downtime 5 to 15 % of the stake, rounded up', () => {
  fc.assert(
    fc.property(stake, wrong, absent, (stakeWei, input, downtime) => {
      assert.ok(isInBand(slashWei(stakeWei, wrongResultBps(input)), stakeWei, WRONG_RESULT_BAND_BPS));
      assert.ok(isInBand(slashWei(stakeWei, downtimeBps(downtime)), stakeWei, DOWNTIME_BAND_BPS));
    }),
    { numRuns: 2000 },
  );
});

test('golden slashes of a wrong result: alone, on record, correlated, overturned, and at the top', () => {
  const bps = (recentSlashCount: number, wrongLots: number, isOverturnedSigner: boolean) =>
    wrongResultBps({ recentSlashCount, wrongLots, activeLots: 300, isOverturnedSigner });
  assert.deepEqual([bps(0, 0, false), bps(0, 1, false), bps(1, 0, false), bps(0, 0, true)], [1000, 1040, 2000, 3000]);
  assert.deepEqual(
    [bps(2, 7, false), bps(4, 0, false), bps(0, 100, false), bps(9, 300, true)],
    [3280, 5000, 5000, 5000],
  );
});

test('golden slashes of downtime: just above one half, three quarters, always', () => {
  assert.equal(downtimeBps({ misses: 51, duties: 100 }), 520);
  assert.equal(downtimeBps({ misses: 75, duties: 100 }), 1000);
  assert.equal(downtimeBps({ misses: 100, duties: 100 }), 1500);
});

test('a longer record, more wrong lots or an overturned certificate never cost less', () => {
  fc.assert(
    fc.property(wrong, (input) => {
      const bps = wrongResultBps(input);
      assert.ok(wrongResultBps({ ...input, recentSlashCount: input.recentSlashCount + 1 }) >= bps);
      assert.ok(wrongResultBps({ ...input, wrongLots: input.wrongLots + 1 }) >= bps);
      assert.ok(wrongResultBps({ ...input, isOverturnedSigner: true }) >= bps);
    }),
  );
});

test('what is no downtime, or has no active lots, has no price', () => {
  const isBadParameter = (error: unknown) => error instanceof ProtocolError && error.code === 'BAD_PARAMETER';
  assert.throws(() => downtimeBps({ misses: 10, duties: 20 }), isBadParameter);
  assert.throws(() => downtimeBps({ misses: 21, duties: 20 }), isBadParameter);
  const nobody = { recentSlashCount: 0, wrongLots: 0, activeLots: 0, isOverturnedSigner: false };
  assert.throws(() => wrongResultBps(nobody), isBadParameter);
});

test('every wei of a slash goes somewhere: half or more burns, 20 % panel, 20 % insurance, 10 % reporter at most', () => {
  fc.assert(
    fc.property(stake, fc.nat(44), fc.boolean(), (slashedWei, panelCount, hasReporter) => {
      const split = splitSlash({ slashedWei, panelCount, hasReporter });
      const panelWei = split.perPanelistWei * BigInt(panelCount);
      assert.equal(split.burnedWei + panelWei + split.insuranceWei + split.reporterWei, slashedWei);
      assert.ok(split.burnedWei * 2n >= slashedWei);
      assert.ok(panelWei * 5n <= slashedWei && split.insuranceWei * 5n <= slashedWei);
      assert.ok(split.reporterWei * 10n <= slashedWei);
    }),
    { numRuns: 500 },
  );
  const golden = { slashedWei: 1000n, panelCount: 3, hasReporter: true };
  assert.deepEqual(splitSlash(golden), { burnedWei: 502n, perPanelistWei: 66n, insuranceWei: 200n, reporterWei: 100n });
});

test('every slash jails for a day, slashes of 90 days count, and a jail alone is no record', () => {
  const day = 86_400;
  const once = afterSlash(CLEAN_RECORD, 1000);
  assert.equal(isJailed(once, 1000 + JAIL_SEC - 1), true);
  assert.equal(isJailed(once, 1000 + JAIL_SEC), false);
  const twice = afterSlash(once, 1000 + 50 * day);
  assert.deepEqual(
    [2000, 1000 + 60 * day, 1000 + 90 * day, 1000 + 140 * day].map((now) => recentSlashCountOf(twice, now)),
    [2, 2, 1, 0],
  );
  assert.equal(recentSlashCountOf(afterJail(CLEAN_RECORD, 5), 6), 0);
  assert.equal(isJailed(afterJail(CLEAN_RECORD, 5), 6), true);
});

test('lots found wrong in the last day count once for each operator', () => {
  const finding = (operatorIndex: number, atSec: number) => ({ operatorIndex, atSec, lots: 2 });
  const findings = [finding(1, 100), finding(1, 200), finding(2, 300), finding(3, 90_000)];
  assert.equal(wrongLotsOf(findings.slice(0, 3), 300), 4);
  assert.equal(wrongLotsOf(findings, 90_000), 2);
  assert.equal(wrongLotsOf(findings, 86_600), 4);
});
