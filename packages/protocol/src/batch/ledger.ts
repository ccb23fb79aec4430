import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { PayoutEntry } from '../pricing/payout.ts';
import { keccak256 } from '../primitives/hash.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { merkleRoot } from './merkle.ts';

/** One movement of one task, in the order of accounts: two neighbours prove any error in an account's total. */
export interface LedgerRow {
  /** LANE_ESCROW debits, LANE_EARNED credits, LANE_TREASURY and LANE_BURN are account 0's. */
  readonly kind: number;
  readonly account: number;
  readonly units: bigint;
  /** Sum of the account's units in this lane up to and with this row. */
  readonly runningUnits: bigint;
  readonly leaf: number;
  readonly slot: number;
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  /** For each leaf the rows of its movements, in slot order. */
  readonly rowsByLeaf: readonly (readonly number[])[];
}

const compareRows = (a: LedgerRow, b: LedgerRow): number =>
  a.kind - b.kind || a.account - b.account || a.leaf - b.leaf || a.slot - b.slot;

const withRunningSums = (sorted: readonly LedgerRow[]): readonly LedgerRow[] => {
  let previous: LedgerRow | undefined;
  return sorted.map((row) => {
    const isSame = previous !== undefined && previous.kind === row.kind && previous.account === row.account;
    const runningUnits = (isSame ? (previous?.runningUnits ?? 0n) : 0n) + row.units;
    previous = { ...row, runningUnits };
    return previous;
  });
};

/** The movements of all leaves (in leaf order), sorted by lane, account, leaf and slot. */
export const ledgerOf = (movementsByLeaf: readonly (readonly PayoutEntry[])[]): Ledger => {
  const rows = withRunningSums(
    movementsByLeaf
      .flatMap((entries, leaf) => entries.map((entry) => ({ ...entry, leaf, runningUnits: 0n })))
      .sort(compareRows),
  );
  const rowsByLeaf: { row: number; slot: number }[][] = movementsByLeaf.map(() => []);
  for (const [row, { leaf, slot }] of rows.entries()) rowsByLeaf[leaf]?.push({ row, slot });
  return { rows, rowsByLeaf: rowsByLeaf.map((list) => list.sort((a, b) => a.slot - b.slot).map(({ row }) => row)) };
};

/** 32 bytes: kind u8 | account u32 | units u64 | runningUnits u64 | leaf u32 | slot u8 | 6 zero bytes, big-endian. */
export const ledgerRowWord = (row: LedgerRow): Uint8Array =>
  concatBytes(
    Uint8Array.of(row.kind),
    numberToBytesBE(row.account, 4),
    numberToBytesBE(row.units, 8),
    numberToBytesBE(row.runningUnits, 8),
    numberToBytesBE(row.leaf, 4),
    Uint8Array.of(row.slot),
    new Uint8Array(6),
  );

const ROW_TAG = Uint8Array.of(0x4c);

/** keccak256(0x4c | word). */
export const ledgerRowHash = (row: LedgerRow): Bytes32 => keccak256(ROW_TAG, ledgerRowWord(row));

const LEDGER_TAG = Uint8Array.of(0x4d);

/** keccak256(0x4d | u32 rows | root of their tree): a proof about the last row needs to know which one that is. */
export const ledgerCommitment = (rowCount: number, root: Bytes32): Bytes32 =>
  keccak256(LEDGER_TAG, numberToBytesBE(rowCount, 4), root);

/** `header.ledgerRoot`. */
export const ledgerRootOf = ({ rows }: Pick<Ledger, 'rows'>): Bytes32 =>
  ledgerCommitment(rows.length, merkleRoot(rows.map(ledgerRowHash)));
