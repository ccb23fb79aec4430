import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterJail,
  afterSlash,
  CLEAN_RECORD,
  DOWNTIME_BAND_BPS,
  downtimeBps,
  foundWrongBpsOf,
  isJailed,
  JAIL_SEC,
  missBpsOf,
  ProtocolError,
  recentSlashCountOf,
  slashWei,
  splitSlash,
  WRONG_RESULT_BAND_BPS,
  wrongResultBps,
} from '../../src/index.ts';

const stake = fc.bigInt({ min: 0n, max: 10n ** 27n });
const wrong = fc.record({
  recentSlashCount: fc.nat(1000),
  foundWrongBps: fc.nat(10_000),
  isOverturnedSigner: fc.boolean(),
});
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
      assert.ok(isInBand(slashWei(stakeWei, downtimeBps(missBpsOf(downtime))), stakeWei, DOWNTIME_BAND_BPS));
    }),
    { numRuns: 2000 },
  );
});

test('golden slashes of a wrong result: alone, on record, correlated, overturned, and at the top', () => {
  const bps = (recentSlashCount: number, foundWrongBps: number, isOverturnedSigner: boolean) =>
    wrongResultBps({ recentSlashCount, foundWrongBps, isOverturnedSigner });
  assert.deepEqual([bps(0, 0, false), bps(0, 33, false), bps(1, 0, false), bps(0, 0, true)], [1000, 1039, 2000, 3000]);
  assert.deepEqual(
    [bps(2, 233, false), bps(4, 0, false), bps(0, 3334, false), bps(9, 1, true)],
    [3279, 5000, 5000, 5000],
  );
});

test('golden slashes of downtime: just above one half, three quarters, always', () => {
  assert.equal(downtimeBps(missBpsOf({ misses: 51, duties: 100 })), 520);
  assert.equal(downtimeBps(missBpsOf({ misses: 75, duties: 100 })), 1000);
  assert.equal(downtimeBps(missBpsOf({ misses: 100, duties: 100 })), 1500);
});

test('a longer record, more wrong lots or an overturned certificate never cost less', () => {
  fc.assert(
    fc.property(wrong, (input) => {
      const bps = wrongResultBps(input);
      assert.ok(wrongResultBps({ ...input, recentSlashCount: input.recentSlashCount + 1 }) >= bps);
      assert.ok(wrongResultBps({ ...input, foundWrongBps: input.foundWrongBps + 1 }) >= bps);
      assert.ok(wrongResultBps({ ...input, isOverturnedSigner: true }) >= bps);
    }),
  );
});

test('what is no downtime has no price, and no share of nothing was found wrong', () => {
  const isBadParameter = (error: unknown) => error instanceof ProtocolError && error.code === 'BAD_PARAMETER';
  assert.throws(() => downtimeBps(missBpsOf({ misses: 10, duties: 20 })), isBadParameter);
  assert.throws(() => downtimeBps(missBpsOf({ misses: 21, duties: 20 })), isBadParameter);
  assert.throws(() => foundWrongBpsOf([], { nowSec: 0, activeLots: 0 }), isBadParameter);
});

test('a share just above one half of very many duties is downtime all the same', () => {
  assert.equal(missBpsOf({ misses: 50_001, duties: 100_000 }), 5001);
  assert.equal(missBpsOf({ misses: 0, duties: 0 }), 0);
});

test('every wei of a slash goes somewhere: half burns, at most 20 % panel and 10 % reporter, the rest insures', () => {
  fc.assert(
    fc.property(stake, fc.nat(44), fc.boolean(), (slashedWei, panelCount, hasReporter) => {
      const split = splitSlash({ slashedWei, panelCount, hasReporter });
      const panelWei = split.perPanelistWei * BigInt(panelCount);
      assert.equal(split.burnedWei + panelWei + split.insuranceWei + split.reporterWei, slashedWei);
      assert.equal(split.burnedWei, slashedWei / 2n);
      assert.ok(panelWei * 5n <= slashedWei && split.insuranceWei * 5n >= slashedWei);
      assert.ok(split.reporterWei * 10n <= slashedWei);
    }),
    { numRuns: 500 },
  );
  const golden = { slashedWei: 1000n, panelCount: 3, hasReporter: true };
  assert.deepEqual(splitSlash(golden), { burnedWei: 500n, perPanelistWei: 66n, insuranceWei: 202n, reporterWei: 100n });
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
  const share = (list: typeof findings, nowSec: number) => foundWrongBpsOf(list, { nowSec, activeLots: 30 });
  assert.equal(share(findings.slice(0, 3), 300), 1333);
  assert.equal(share(findings, 90_000), 666);
  assert.equal(share(findings, 86_600), 1333);
  assert.equal(foundWrongBpsOf(findings, { nowSec: 400, activeLots: 5 }), 10_000);
});
