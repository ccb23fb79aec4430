import { ProtocolError } from '../errors.ts';
import { BPS } from '../params.ts';

/** Bands of the white paper (6.2.2), in bps of the stake: no slash leaves its band (I12). */
export const WRONG_RESULT_BAND_BPS: readonly [min: number, max: number] = [1000, 5000];
export const DOWNTIME_BAND_BPS: readonly [min: number, max: number] = [500, 1500];
/** Malicious behaviour: the whole stake. Equivocation (E1), an invalid batch (E3) and an overspent escrow (E4). */
export const MALICE_BPS: number = 10_000;
/** A reveal that does not open its commit (E2): the top of the band of wrong results. */
export const BAD_OPENING_BPS: number = 5000;

const ONE_BPS = Number(BPS);

/** Every slash jails: one incident is one slash. */
export const JAIL_SEC: number = 86_400;
/** Slashes count as a record for 90 days. */
export const SLASH_MEMORY_SEC: number = 90 * 86_400;
/** Wrong results of so long count as one event that many took part in. */
export const CORRELATION_WINDOW_SEC: number = 86_400;

/** What a slash for a wrong or withheld result hangs on: the fields of `ISlasher.Verdict`. */
export interface WrongResult {
  /** k: slashes of the operator in the last 90 days. */
  readonly recentSlashCount: number;
  /** phi in bps: share of all active lots found wrong in the last 24 h (`foundWrongBpsOf`). */
  readonly foundWrongBps: number;
  /** o: it signed a certificate that was overturned. */
  readonly isOverturnedSigner: boolean;
}

/**
 * E5 and E6 in bps: 10 % + 40 % * min(1, 0.25 k + 3 phi + 0.5 o), rounded down. Many wrong at once lose more: that is
 * collusion, not a broken machine.
 */
export const wrongResultBps = ({ recentSlashCount, foundWrongBps, isOverturnedSigner }: WrongResult): number => {
  const severityBps = 2500 * recentSlashCount + 3 * foundWrongBps + (isOverturnedSigner ? 5000 : 0);
  const [min, max] = WRONG_RESULT_BAND_BPS;
  return min + Math.floor(((max - min) * Math.min(ONE_BPS, severityBps)) / ONE_BPS);
};

/** The share of duties missed, in bps, rounded up: whatever is above one half stays above it. */
export const missBpsOf = ({ misses, duties }: { readonly misses: number; readonly duties: number }): number =>
  duties === 0 ? 0 : Math.ceil((misses * ONE_BPS) / duties);

/** E7 in bps: 5 % + 10 % * (m - 0.5) / 0.5 for a share m above one half, rounded down. Throws BAD_PARAMETER below. */
export const downtimeBps = (missBps: number): number => {
  if (missBps <= ONE_BPS / 2 || missBps > ONE_BPS) {
    throw new ProtocolError('BAD_PARAMETER', `${missBps} bps of missed duties are no downtime: more than 5000 are`);
  }
  const [min, max] = DOWNTIME_BAND_BPS;
  return min + Math.floor(((max - min) * (missBps - ONE_BPS / 2)) / (ONE_BPS / 2));
};

/** Wei to take of a stake, rounded up: nobody is slashed nothing. Never more than the stake. */
export const slashWei = (stakeWei: bigint, bps: number): bigint => (stakeWei * BigInt(bps) + BPS - 1n) / BPS;

/** What an operator was slashed for before: a fold over its slashes. */
export interface PenaltyRecord {
  /** Times of its slashes, ascending. */
  readonly slashedAtSec: readonly number[];
  /** No duty and no further slash until then. */
  readonly jailedUntilSec: number;
}

export const CLEAN_RECORD: PenaltyRecord = { slashedAtSec: [], jailedUntilSec: 0 };

export const isJailed = ({ jailedUntilSec }: PenaltyRecord, nowSec: number): boolean => nowSec < jailedUntilSec;

/** k of `wrongResultBps`. */
export const recentSlashCountOf = ({ slashedAtSec }: PenaltyRecord, nowSec: number): number =>
  slashedAtSec.filter((atSec) => atSec > nowSec - SLASH_MEMORY_SEC).length;

/** The record after a jail without a slash (E7, the first time). */
export const afterJail = (record: PenaltyRecord, nowSec: number): PenaltyRecord => ({
  ...record,
  jailedUntilSec: Math.max(record.jailedUntilSec, nowSec + JAIL_SEC),
});

/** The record after a slash, which jails. */
export const afterSlash = (record: PenaltyRecord, nowSec: number): PenaltyRecord =>
  afterJail({ ...record, slashedAtSec: [...record.slashedAtSec, nowSec] }, nowSec);

/** An operator found wrong by a verdict. */
export interface WrongFinding {
  readonly operatorIndex: number;
  readonly lots: number;
  readonly atSec: number;
}

/**
 * phi: lots of the operators found wrong in the last 24 h, each operator once, in bps of all active lots, rounded down; at
 * most all of them. Throws BAD_PARAMETER without active lots.
 */
export const foundWrongBpsOf = (
  findings: readonly WrongFinding[],
  { nowSec, activeLots }: { readonly nowSec: number; readonly activeLots: number },
): number => {
  if (activeLots < 1)
    throw new ProtocolError('BAD_PARAMETER', 'a share of lots found wrong needs at least 1 active lot');
  const recent = findings.filter(({ atSec }) => atSec > nowSec - CORRELATION_WINDOW_SEC);
  const lots = new Map(recent.map((finding) => [finding.operatorIndex, finding.lots]));
  const wrongLots = [...lots.values()].reduce((sum, count) => sum + count, 0);
  return Math.min(ONE_BPS, Math.floor((wrongLots * ONE_BPS) / activeLots));
};
