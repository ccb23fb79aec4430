import { ProtocolError } from '../errors.ts';
import { BPS } from '../params.ts';

/** Bands of the white paper (6.2.2), in bps of the stake: no slash leaves its band (I12). */
export const WRONG_RESULT_BAND_BPS: readonly [min: number, max: number] = [1000, 5000];
export const DOWNTIME_BAND_BPS: readonly [min: number, max: number] = [500, 1500];
/** Malicious behaviour: the whole stake. Equivocation (E1), an invalid batch (E3) and an overspent escrow (E4). */
export const MALICE_BPS: number = 10_000;
/** A reveal that does not open its commit (E2): the top of the band of wrong results. */
export const BAD_OPENING_BPS: number = 5000;

/** Every slash jails: one incident is one slash. */
export const JAIL_SEC: number = 86_400;
/** Slashes count as a record for 90 days. */
export const SLASH_MEMORY_SEC: number = 90 * 86_400;
/** Wrong results of so long count as one event that many took part in. */
export const CORRELATION_WINDOW_SEC: number = 86_400;

export interface WrongResult {
  /** k: slashes of the operator in the last 90 days. */
  readonly recentSlashCount: number;
  /** phi: lots found wrong in the last 24 h, of all active lots (at least 1). */
  readonly wrongLots: number;
  readonly activeLots: number;
  /** o: it signed a certificate that was overturned. */
  readonly isOverturnedSigner: boolean;
}

/**
 * E5 and E6 in bps: 10 % + 40 % * min(1, 0.25 k + 3 phi + 0.5 o), rounded down. Many wrong at once lose more: that is
 * collusion, not a broken machine. Throws BAD_PARAMETER without active lots.
 */
export const wrongResultBps = ({
  recentSlashCount,
  wrongLots,
  activeLots,
  isOverturnedSigner,
}: WrongResult): number => {
  if (activeLots < 1) throw new ProtocolError('BAD_PARAMETER', 'the share of wrong lots needs at least 1 active lot');
  const [min, max] = WRONG_RESULT_BAND_BPS;
  const record = 1000 * recentSlashCount + (isOverturnedSigner ? 2000 : 0);
  return min + Math.min(max - min, record + Math.floor((12_000 * wrongLots) / activeLots));
};

/** E7 in bps: 5 % + 10 % * (m - 0.5) / 0.5 with m = misses / duties above one half, rounded down. */
export const downtimeBps = ({ misses, duties }: { readonly misses: number; readonly duties: number }): number => {
  if (misses > duties || 2 * misses <= duties) {
    throw new ProtocolError(
      'BAD_PARAMETER',
      `${misses} misses of ${duties} duties are no downtime: more than half are`,
    );
  }
  const [min, max] = DOWNTIME_BAND_BPS;
  return min + Math.floor(((max - min) * (2 * misses - duties)) / duties);
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

/** Numerator of phi: lots of the operators found wrong in the last 24 h, each operator once. */
export const wrongLotsOf = (findings: readonly WrongFinding[], nowSec: number): number => {
  const recent = findings.filter(({ atSec }) => atSec > nowSec - CORRELATION_WINDOW_SEC);
  const lots = new Map(recent.map((finding) => [finding.operatorIndex, finding.lots]));
  return [...lots.values()].reduce((sum, count) => sum + count, 0);
};
