import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BatchLeaf,
  deltasOf,
  encodeDeltas,
  encodeNullifiers,
  type JudgedLeaf,
  type LedgerRow,
  ledgerOf,
  NO_ROW,
  nullifiersOf,
  openBatch,
} from '@mlb/protocol';
import { type ShownLedger, searchLedger } from '../../src/settlement/ledger-search.ts';
import { settledLeaf } from './plain-leaf.ts';

const LEAVES = 24;

/** Leaf i: account 2 pays 10 units, account 3 + i mod 5 gets them. */
const judged: readonly JudgedLeaf[] = Array.from({ length: LEAVES }, (_, i) => ({
  account: 2,
  movements: [
    { slot: 0, kind: 0, account: 2, units: 10n },
    { slot: 3, kind: 1, account: 3 + (i % 5), units: 10n },
  ],
}));
const ledger = ledgerOf(judged.map(({ movements }) => movements));
const leaves: readonly BatchLeaf[] = ledger.rowsByLeaf.map((ledgerRows, i) => settledLeaf(BigInt(i), ledgerRows));
const posted = {
  header: { treasuryUnits: 0n, burnUnits: 0n },
  deltas: encodeDeltas(deltasOf(ledger)),
  nullifiers: encodeNullifiers(nullifiersOf(leaves.map((_, i) => ({ account: 2, nonce: BigInt(i) })))),
} as unknown as Parameters<typeof searchLedger>[0]['posted'];

/** Asks for rows, and shows them as the poster's tree has them, until the search ends. */
const search = (
  rows: readonly LedgerRow[],
): { readonly asked: number; readonly waves: number; readonly found: string } => {
  const openings = openBatch({ leaves: [], rows });
  let shown: ShownLedger = { ledger: undefined, rows: new Map() };
  for (let waves = 0; waves < 100; waves += 1) {
    const step = searchLedger({ posted, leaves, judged, shown });
    if (step.type !== 'ask')
      return { asked: shown.rows.size, waves, found: step.type === 'fraud' ? step.name : 'sound' };
    const known = new Map(shown.rows);
    for (const place of step.places) known.set(place, place < rows.length ? openings.row(place) : NO_ROW);
    shown = { ledger: openings.ledger, rows: known };
  }
  throw new Error('the search does not end');
};

const changed = (index: number, change: Partial<LedgerRow>): readonly LedgerRow[] =>
  ledger.rows.map((row, i) => (i === index ? { ...row, ...change } : row));

describe('the search in a ledger whose root is not that of its leaves', () => {
  it('finds a row that pays somebody else, without asking for every row', () => {
    const { found, asked } = search(changed(37, { account: 9 }));
    assert.equal(found, 'entry-mismatch');
    assert.ok(asked < ledger.rows.length, `${asked} of ${ledger.rows.length} rows`);
  });

  it('finds a wrong running sum by two neighbours', () => {
    const [row] = ledger.rows.slice(11);
    assert.ok(row !== undefined);
    assert.equal(search(changed(11, { runningUnits: row.runningUnits + 1n })).found, 'bad-order');
  });

  it('finds rows of nobody behind the others, and rows that are missing', () => {
    const extra = { kind: 1, account: 9, units: 5n, runningUnits: 5n, leaf: 99, slot: 3 };
    assert.equal(search([...ledger.rows, extra]).found, 'orphan-row');
    assert.equal(search(ledger.rows.slice(0, -1)).found, 'entry-mismatch');
  });
});
