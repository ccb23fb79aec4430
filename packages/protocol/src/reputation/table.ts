import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { keccak256 } from '../primitives/hash.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import {
  type DutyOutcome,
  NEW_SCORE,
  reputationBpsOf,
  type Score,
  scoreAfterDuty,
  scoreAfterIdleDays,
} from './score.ts';

/** One operator's score as it stood after its last duty. Idle days since then are counted when it is read. */
export interface ReputationRow extends Score {
  readonly operatorIndex: number;
  /** Day of the last settled duty (see `dayOfSlot`). */
  readonly day: number;
}

/** Everyone who ever had a settled duty, ascending by operatorIndex. Who is not in it is a newcomer. */
export type ReputationTable = readonly ReputationRow[];

/** One seat's part in one settled task. */
export interface SettledDuty {
  readonly operatorIndex: number;
  readonly outcome: DutyOutcome;
}

/** A batch slot on mainnet is 60 s: so many make a day. A devnet chooses fewer. */
export const MAINNET_SLOTS_PER_DAY: bigint = 1440n;

/** The day a batch belongs to. A function of its header: attesters know it before the batch is on chain. */
export const dayOfSlot = (slot: bigint, slotsPerDay: bigint): number => Number(slot / slotsPerDay);

/** The score at the beginning of `day`: days with no duty between the last one and it have passed idly. */
export const scoreOnDay = (row: ReputationRow, day: number): Score =>
  scoreAfterIdleDays({ good: row.good, bad: row.bad }, day - row.day - 1);

const rowAfter = (row: ReputationRow, outcome: DutyOutcome, day: number): ReputationRow => {
  const { operatorIndex } = row;
  // A batch of an earlier slot may come later: time never runs back for a row.
  return { operatorIndex, ...scoreAfterDuty(scoreOnDay(row, day), outcome), day: Math.max(row.day, day) };
};

/**
 * The table after the duties of one batch, in the batch's order: leaves ascending, seats ascending. Duties of different
 * operators commute.
 */
export const applyDuties = (
  table: ReputationTable,
  { day, duties }: { readonly day: number; readonly duties: readonly SettledDuty[] },
): ReputationTable => {
  const rows = new Map(table.map((row) => [row.operatorIndex, row]));
  for (const { operatorIndex, outcome } of duties) {
    const row = rows.get(operatorIndex) ?? { operatorIndex, ...NEW_SCORE, day };
    rows.set(operatorIndex, rowAfter(row, outcome, day));
  }
  return [...rows.values()].toSorted((a, b) => a.operatorIndex - b.operatorIndex);
};

/** Reputation in bps of one operator at the beginning of `day`: the newcomer's if it has no row. */
export const reputationOf = (table: ReputationTable, operatorIndex: number, day: number): number => {
  const row = table.find((candidate) => candidate.operatorIndex === operatorIndex);
  return reputationBpsOf(row === undefined ? NEW_SCORE : scoreOnDay(row, day));
};

/** 32 bytes: operatorIndex u32 | good u32 | bad u32 | day u32 | 16 zero bytes, big-endian. */
export const reputationRowWord = ({ operatorIndex, good, bad, day }: ReputationRow): Uint8Array =>
  concatBytes(
    numberToBytesBE(operatorIndex, 4),
    numberToBytesBE(good, 4),
    numberToBytesBE(bad, 4),
    numberToBytesBE(day, 4),
    new Uint8Array(16),
  );

const ROW_TAG = Uint8Array.of(0x52);
const TABLE_TAG = Uint8Array.of(0x53);

/** keccak256(0x52 | word). */
export const reputationRowHash = (row: ReputationRow): Bytes32 => keccak256(ROW_TAG, reputationRowWord(row));

/** keccak256(0x53 | u32 rows | root of their tree): that an operator is absent can be shown by two neighbours or the end. */
export const reputationCommitment = (rowCount: number, root: Bytes32): Bytes32 =>
  keccak256(TABLE_TAG, numberToBytesBE(rowCount, 4), root);
