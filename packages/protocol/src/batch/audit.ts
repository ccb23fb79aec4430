import type { BatchHeader } from '../message/batch.ts';
import { LANE_BURN, LANE_TREASURY, type PayoutEntry } from '../pricing/payout.ts';
import { decodeDeltas } from './deltas.ts';
import type { BatchFaultCode } from './fault.ts';
import type { BatchLeaf } from './leaf.ts';
import type { LedgerRow } from './ledger.ts';
import { decodeNullifiers } from './nullifiers.ts';

/** A wrong batch and what proves it on chain, by the indices of what has to be opened (`fraudCallOf`). */
export type Fraud =
  /** F6: the leaf breaks a rule by itself. */
  | { readonly type: 'invalid-leaf'; readonly leaf: number; readonly code: BatchFaultCode }
  /** F1: the leaf's movement in `slot` has no row (`row` undefined), or its row says something else. */
  | { readonly type: 'entry-mismatch'; readonly leaf: number; readonly slot: number; readonly row: number | undefined }
  /** F2: the row is nobody's. `leaf` undefined: it names none of the batch. */
  | { readonly type: 'orphan-row'; readonly row: number; readonly leaf: number | undefined }
  /** F3. `second` undefined: the first row of all starts with a wrong sum. */
  | { readonly type: 'bad-order'; readonly first: number; readonly second: number | undefined }
  /** F4. `next` undefined: the ledger ends there. */
  | { readonly type: 'wrong-delta'; readonly last: number; readonly next: number | undefined }
  /** F5: between `before` and `next`; one of them only at either end, none in an empty ledger. */
  | {
      readonly type: 'phantom-delta';
      readonly key: bigint;
      readonly before: number | undefined;
      readonly next: number | undefined;
    }
  /** F7. */
  | { readonly type: 'nonce-not-spent'; readonly leaf: number }
  | { readonly type: 'nonce-twice'; readonly first: number; readonly second: number };

/** A batch as it was posted, with the ledger its poster claims. */
export interface AuditedBatch {
  readonly header: Pick<BatchHeader, 'treasuryUnits' | 'burnUnits'>;
  readonly leaves: readonly BatchLeaf[];
  readonly rows: readonly LedgerRow[];
  readonly deltas: Uint8Array;
  readonly nullifiers: Uint8Array;
}

/** What a leaf moves by the rules and the chain's state (`movementsOf` of `checkTask`), or why it may not settle. */
export interface JudgedLeaf {
  readonly account: number;
  readonly movements: readonly PayoutEntry[];
}
export type JudgeLeaf = (leaf: BatchLeaf) => JudgedLeaf | BatchFaultCode;

const keyOf = ({ kind, account }: Pick<LedgerRow, 'kind' | 'account'>): bigint =>
  (BigInt(kind) << 32n) | BigInt(account);

const entryFraud = (batch: AuditedBatch, leafIndex: number, movements: readonly PayoutEntry[]): Fraud | undefined => {
  for (const [position, { slot, kind, account, units }] of movements.entries()) {
    const index = batch.leaves[leafIndex]?.ledgerRows[position];
    const row = index === undefined ? undefined : batch.rows[index];
    if (row === undefined) return { type: 'entry-mismatch', leaf: leafIndex, slot, row: undefined };
    const isSame =
      row.leaf === leafIndex && row.slot === slot && row.units === units && keyOf(row) === keyOf({ kind, account });
    if (!isSame) return { type: 'entry-mismatch', leaf: leafIndex, slot, row: index };
  }
  return undefined;
};

const orphanFraud = (batch: AuditedBatch, judged: readonly JudgedLeaf[]): Fraud | undefined => {
  for (const [index, row] of batch.rows.entries()) {
    const movements = judged[row.leaf]?.movements;
    if (movements === undefined) return { type: 'orphan-row', row: index, leaf: undefined };
    const position = movements.findIndex(({ slot }) => slot === row.slot);
    if (position === -1 || batch.leaves[row.leaf]?.ledgerRows[position] !== index) {
      return { type: 'orphan-row', row: index, leaf: row.leaf };
    }
  }
  return undefined;
};

const orderFraud = ({ rows }: AuditedBatch): Fraud | undefined => {
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before === undefined) {
      if (row.runningUnits !== row.units) return { type: 'bad-order', first: 0, second: undefined };
      continue;
    }
    const sum = row.units + (keyOf(before) === keyOf(row) ? before.runningUnits : 0n);
    if (keyOf(row) < keyOf(before) || row.runningUnits !== sum) {
      return { type: 'bad-order', first: index - 1, second: index };
    }
  }
  return undefined;
};

/** Everything the batch moved, by ledger key. */
const postedUnitsOf = ({ header, deltas }: AuditedBatch): ReadonlyMap<bigint, bigint> =>
  new Map(
    [
      ...decodeDeltas(deltas).map((delta) => [keyOf(delta), delta.units] as const),
      [keyOf({ kind: LANE_TREASURY, account: 0 }), header.treasuryUnits] as const,
      [keyOf({ kind: LANE_BURN, account: 0 }), header.burnUnits] as const,
    ].filter(([, units]) => units !== 0n),
  );

/** The rows are in order. */
const deltaFraud = (batch: AuditedBatch): Fraud | undefined => {
  const { rows } = batch;
  const posted = postedUnitsOf(batch);
  const keys = rows.map(keyOf);
  for (const [last, row] of rows.entries()) {
    const key = keys[last] ?? 0n;
    if (keys[last + 1] === key || (posted.get(key) ?? 0n) === row.runningUnits) continue;
    return { type: 'wrong-delta', last, next: last + 1 < rows.length ? last + 1 : undefined };
  }
  const known = new Set(keys);
  const phantom = [...posted.keys()].find((key) => !known.has(key));
  if (phantom === undefined) return undefined;
  const next = keys.findIndex((key) => key > phantom);
  const place = { type: 'phantom-delta', key: phantom } as const;
  if (rows.length === 0) return { ...place, before: undefined, next: undefined };
  if (next === -1) return { ...place, before: rows.length - 1, next: undefined };
  return next === 0 ? { ...place, before: 0, next: undefined } : { ...place, before: next - 1, next };
};

const nonceFraud = ({ leaves, nullifiers }: AuditedBatch, judged: readonly JudgedLeaf[]): Fraud | undefined => {
  const masks = new Map(decodeNullifiers(nullifiers).map(({ account, word, mask }) => [`${account}/${word}`, mask]));
  const seen = new Map<string, number>();
  for (const [leaf, { order }] of leaves.entries()) {
    const { nonce } = order.body;
    const account = judged[leaf]?.account ?? 0;
    const first = seen.get(`${account}/${nonce}`);
    if (first !== undefined) return { type: 'nonce-twice', first, second: leaf };
    seen.set(`${account}/${nonce}`, leaf);
    const mask = masks.get(`${account}/${nonce >> 8n}`) ?? 0n;
    if (((mask >> (nonce & 0xffn)) & 1n) === 0n) return { type: 'nonce-not-spent', leaf };
  }
  return undefined;
};

/**
 * The first fraud of a posted batch that the contracts convict, or undefined for one whose money is exactly its leaves'.
 * Whoever cannot see all leaves and rows asks for them first (DataChallenges). Post has checked that deltas balance and
 * that there are as many nonces as leaves. Throws BAD_BATCH for deltas or nullifiers that post refuses.
 */
export const findFraud = (batch: AuditedBatch, judge: JudgeLeaf): Fraud | undefined => {
  const judged: JudgedLeaf[] = [];
  for (const [index, leaf] of batch.leaves.entries()) {
    const verdict = judge(leaf);
    if (typeof verdict === 'string') return { type: 'invalid-leaf', leaf: index, code: verdict };
    judged.push(verdict);
  }
  for (const [index, { movements }] of judged.entries()) {
    const fraud = entryFraud(batch, index, movements);
    if (fraud !== undefined) return fraud;
  }
  return orphanFraud(batch, judged) ?? orderFraud(batch) ?? deltaFraud(batch) ?? nonceFraud(batch, judged);
};
