import {
  type BatchLeaf,
  createMerkleTree,
  type FraudCall,
  findFraud,
  fraudCallOf,
  fromHex,
  type JudgedLeaf,
  type LedgerOpening,
  type LedgerRow,
  ledgerOf,
  ledgerRowHash,
  NO_ROW,
  openBatch,
  type RowOpening,
} from '@mlb/protocol';
import type { PostedBatch } from '../chain/state.ts';

/** Rows of a posted ledger that answers have shown. */
export interface ShownLedger {
  /** Undefined before the first answer. */
  readonly ledger: LedgerOpening | undefined;
  readonly rows: ReadonlyMap<number, RowOpening>;
}

/** What is to be asked, or the proof that the answers add up to. */
export type LedgerSearch =
  | { readonly type: 'ask'; readonly places: readonly number[] }
  | { readonly type: 'fraud'; readonly name: string; readonly call: FraudCall }
  /** Every row was shown, and none is wrong. */
  | { readonly type: 'sound' };

/** A row that nobody has shown and no leaf explains: it names no leaf. */
const UNKNOWN_ROW: LedgerRow = { kind: 0, account: 0, units: 0n, runningUnits: 0n, leaf: 0xffff_ffff, slot: 0 };
const WAVE = 8;

/** `ledgerRowWord` backwards. */
const rowOf = ({ row }: RowOpening): LedgerRow => {
  const bytes = fromHex(row);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    kind: view.getUint8(0),
    account: view.getUint32(1),
    units: view.getBigUint64(5),
    runningUnits: view.getBigUint64(13),
    leaf: view.getUint32(21),
    slot: view.getUint8(25),
  };
};

/** Rows in subtrees that differ from the expected ones, or that no answer has covered yet. */
const suspectsOf = (expected: readonly LedgerRow[], shown: ShownLedger, rowCount: number): readonly number[] => {
  const all = Array.from({ length: rowCount }, (_, i) => i).filter((i) => !shown.rows.has(i));
  if (rowCount !== expected.length) return all;
  const tree = createMerkleTree(expected.map(ledgerRowHash));
  const isCleared = (place: number): boolean =>
    [...shown.rows].some(([index, { proof }]) => {
      const ours = tree.proof(index);
      return proof.some((hash, height) => hash === ours[height] && place >> height === ((index >> height) ^ 1));
    });
  return all.filter((place) => !isCleared(place));
};

const spread = (places: readonly number[]): readonly number[] =>
  places.filter((_, i) => i % Math.ceil(places.length / WAVE) === 0);

const CALL_ROWS: readonly string[] = ['row', 'first', 'second', 'last', 'next', 'before'];

/** The rows that the proof of a fraud opens. */
const rowsOfFraud = (fraud: object): readonly number[] => {
  const isOfLeaves = 'type' in fraud && fraud.type === 'nonce-twice';
  if (isOfLeaves) return [];
  return Object.entries(fraud).flatMap(([name, value]) =>
    CALL_ROWS.includes(name) && typeof value === 'number' ? [value] : [],
  );
};

/**
 * Finds what is wrong with a ledger whose root is not that of its leaves, by asking for rows: what was shown is taken, what
 * was not is taken as the leaves have it. Each answer clears or condemns whole subtrees, so a few waves are enough.
 */
export const searchLedger = ({
  posted,
  leaves,
  judged,
  shown,
}: {
  readonly posted: Pick<PostedBatch, 'header' | 'deltas' | 'nullifiers'>;
  readonly leaves: readonly BatchLeaf[];
  /** By leaf. */
  readonly judged: readonly JudgedLeaf[];
  readonly shown: ShownLedger;
}): LedgerSearch => {
  if (shown.ledger === undefined) return { type: 'ask', places: [0] };
  const { ledger } = shown;
  const { rows: expected } = ledgerOf(judged.map(({ movements }) => movements));
  const rows = Array.from({ length: ledger.rowCount }, (_, i) => {
    const opening = shown.rows.get(i);
    return opening === undefined ? (expected[i] ?? UNKNOWN_ROW) : rowOf(opening);
  });
  const fraud = findFraud({ ...posted, leaves, rows }, (leaf) => judged[leaves.indexOf(leaf)] ?? 'MALFORMED');
  if (fraud !== undefined) {
    const missing = rowsOfFraud(fraud).filter((place) => !shown.rows.has(place));
    if (missing.length > 0) return { type: 'ask', places: missing };
    const openings = {
      ledger,
      leaf: openBatch({ leaves, rows: [] }).leaf,
      row: (i: number) => shown.rows.get(i) ?? NO_ROW,
    };
    return { type: 'fraud', name: fraud.type, call: fraudCallOf(fraud, openings, posted.nullifiers) };
  }
  const suspects = suspectsOf(expected, shown, ledger.rowCount);
  return suspects.length === 0 ? { type: 'sound' } : { type: 'ask', places: spread(suspects) };
};
