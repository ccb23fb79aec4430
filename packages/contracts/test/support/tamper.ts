import {
  type BatchLeaf,
  type Delta,
  deltasOf,
  type LedgerRow,
  ledgerOf,
  type Nullifier,
  nullifiersOf,
  type PayoutEntry,
  type UsedNonce,
} from '@mlb/protocol';

/** What the money of a batch depends on once its leaves are valid: who pays and gets what for which nonce. */
export interface PlainLeaf {
  readonly account: number;
  readonly nonce: bigint;
  readonly movements: readonly PayoutEntry[];
  readonly ledgerRows: readonly number[];
}

/** A batch as its poster claims it. */
export interface PlainBatch {
  readonly leaves: readonly PlainLeaf[];
  readonly rows: readonly LedgerRow[];
  readonly deltas: readonly Delta[];
  readonly nullifiers: readonly Nullifier[];
  readonly treasuryUnits: bigint;
  readonly burnUnits: bigint;
}

/** A number below `n`, not negative. */
export type Draw = (n: number) => number;

/** xorshift32: the same tampering in every run. */
export const createDraw = (seed: number): Draw => {
  let x = seed | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
};

const sumOf = (leaves: readonly PlainLeaf[], kind: number): bigint =>
  leaves
    .flatMap(({ movements }) => movements)
    .reduce((sum, entry) => (entry.kind === kind ? sum + entry.units : sum), 0n);

/** The one right batch of these leaves. */
export const plainBatch = (drawn: readonly Omit<PlainLeaf, 'ledgerRows'>[]): PlainBatch => {
  const ledger = ledgerOf(drawn.map(({ movements }) => movements));
  const leaves = drawn.map((leaf, i) => ({ ...leaf, ledgerRows: ledger.rowsByLeaf[i] ?? [] }));
  const nonces: readonly UsedNonce[] = drawn.map(({ account, nonce }) => ({ account, nonce }));
  return {
    leaves,
    rows: ledger.rows,
    deltas: deltasOf(ledger),
    nullifiers: nullifiersOf(nonces),
    treasuryUnits: sumOf(leaves, 2),
    burnUnits: sumOf(leaves, 3),
  };
};

/** Up to six tasks of up to four requesters, six operators and two models, some of them free of charge for somebody. */
export const drawLeaves = (draw: Draw): readonly Omit<PlainLeaf, 'ledgerRows'>[] =>
  Array.from({ length: 1 + draw(6) }, (_, i) => {
    const account = 2 + draw(4);
    const earned = [draw(3) === 0 ? 0 : draw(50), draw(20), ...Array.from({ length: 3 + draw(3) }, () => 0)];
    const seatUnits = 1 + draw(100);
    const entries = earned.map((units, at) => ({
      slot: at + 1,
      kind: 1,
      account: at === 0 ? 12 + draw(2) : 6 + draw(6),
      units: BigInt(at < 2 ? units : seatUnits),
    }));
    const sinks = [2, 3].map((kind, at) => ({
      slot: earned.length + 1 + at,
      kind,
      account: 0,
      units: BigInt(draw(9)),
    }));
    const all = [...entries, ...sinks];
    const charge = all.reduce((sum, { units }) => sum + units, 0n);
    const movements = [{ slot: 0, kind: 0, account, units: charge }, ...all].filter(({ units }) => units > 0n);
    return { account, nonce: BigInt(i * 256 * draw(2) + i), movements };
  });

const at = <T>(list: readonly T[], index: number, by: (item: T) => T): readonly T[] =>
  list.map((item, i) => (i === index ? by(item) : item));
const near = (draw: Draw, units: bigint): bigint => {
  const next = units + BigInt(draw(7) - 3);
  return next < 0n ? 0n : next;
};

type Tamper = (batch: PlainBatch, draw: Draw) => PlainBatch;
const onRow =
  (by: (row: LedgerRow, draw: Draw, batch: PlainBatch) => LedgerRow): Tamper =>
  (batch, draw) =>
    batch.rows.length === 0
      ? batch
      : { ...batch, rows: at(batch.rows, draw(batch.rows.length), (row) => by(row, draw, batch)) };

/** One change of every field that a batch commits to, and combinations that keep each other consistent. */
export const TAMPERS: Readonly<Record<string, Tamper>> = {
  'row units': onRow((row, draw) => ({ ...row, units: near(draw, row.units) })),
  'row running sum': onRow((row, draw) => ({ ...row, runningUnits: near(draw, row.runningUnits) })),
  'row account': onRow((row, draw) => ({ ...row, account: draw(14) })),
  'row kind': onRow((row, draw) => ({ ...row, kind: draw(4) })),
  'row leaf': onRow((row, draw, { leaves }) => ({ ...row, leaf: draw(leaves.length + 1) })),
  'row slot': onRow((row, draw) => ({ ...row, slot: draw(12) })),
  'row dropped': (batch, draw) => ({ ...batch, rows: batch.rows.toSpliced(draw(batch.rows.length + 1), 1) }),
  'row repeated': (batch, draw) => {
    const index = draw(Math.max(1, batch.rows.length));
    const row = batch.rows[index];
    return row === undefined ? batch : { ...batch, rows: batch.rows.toSpliced(index, 0, row) };
  },
  'rows swapped': (batch, draw) => {
    const index = draw(Math.max(1, batch.rows.length - 1));
    const [one, two] = batch.rows.slice(index, index + 2);
    return one === undefined || two === undefined
      ? batch
      : { ...batch, rows: batch.rows.toSpliced(index, 2, two, one) };
  },
  'leaf rows': (batch, draw) => ({
    ...batch,
    leaves: at(batch.leaves, draw(batch.leaves.length), (leaf) => ({
      ...leaf,
      ledgerRows: at(leaf.ledgerRows, draw(leaf.ledgerRows.length + 1), () => draw(batch.rows.length + 2)),
    })),
  }),
  'leaf rows cut': (batch, draw) => ({
    ...batch,
    leaves: at(batch.leaves, draw(batch.leaves.length), (leaf) => ({
      ...leaf,
      ledgerRows: leaf.ledgerRows.slice(0, draw(leaf.ledgerRows.length + 1)),
    })),
  }),
  'delta units': (batch, draw) => ({
    ...batch,
    deltas: at(batch.deltas, draw(batch.deltas.length), (delta) => ({ ...delta, units: near(draw, delta.units) })),
  }),
  'delta dropped': (batch, draw) => ({ ...batch, deltas: batch.deltas.toSpliced(draw(batch.deltas.length), 1) }),
  'delta added': (batch, draw) => ({
    ...batch,
    deltas: [
      ...new Map(
        [...batch.deltas, { kind: draw(2), account: 2 + draw(12), units: BigInt(1 + draw(9)) }].map((delta) => [
          delta.kind * 2 ** 32 + delta.account,
          delta,
        ]),
      ),
    ]
      .sort(([a], [b]) => a - b)
      .map(([, delta]) => delta),
  }),
  'treasury and burn': (batch, draw) => {
    const moved = BigInt(draw(5));
    return moved > batch.burnUnits
      ? batch
      : { ...batch, treasuryUnits: batch.treasuryUnits + moved, burnUnits: batch.burnUnits - moved };
  },
  treasury: (batch, draw) => ({ ...batch, treasuryUnits: near(draw, batch.treasuryUnits) }),
  // A whole right batch of other leaves, claimed for these: every row and delta is consistent with every other.
  'consistent theft': (batch, draw) => {
    const index = draw(batch.leaves.length);
    const other = plainBatch(
      at(batch.leaves, index, (leaf) => ({
        ...leaf,
        movements: at(leaf.movements, draw(leaf.movements.length), (entry) => ({
          ...entry,
          units: entry.units + BigInt(draw(9)),
          account: entry.kind === 1 ? 6 + draw(6) : entry.account,
        })),
      })),
    );
    return {
      ...other,
      leaves: batch.leaves.map((leaf, i) => ({ ...leaf, ledgerRows: other.leaves[i]?.ledgerRows ?? [] })),
    };
  },
  nullifiers: (batch, draw) => ({
    ...batch,
    nullifiers: at(batch.nullifiers, draw(batch.nullifiers.length), (row) => ({
      ...row,
      mask: row.mask << BigInt(1 + draw(8)),
    })),
  }),
};

const keyed = (batch: PlainBatch): ReadonlyMap<string, bigint> =>
  new Map(
    [
      ...batch.deltas.map(({ kind, account, units }) => [`${kind}/${account}`, units] as const),
      ['2/0', batch.treasuryUnits] as const,
      ['3/0', batch.burnUnits] as const,
    ].filter(([, units]) => units > 0n),
  );
const isSame = <T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): boolean =>
  one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
const masksOf = (batch: PlainBatch): ReadonlyMap<string, bigint> =>
  new Map(batch.nullifiers.map(({ account, word, mask }) => [`${account}/${word}`, mask]));

/** Whether the batch moves or uses up anything else than its leaves do. */
export const isWrong = (batch: PlainBatch): boolean => {
  const right = plainBatch(batch.leaves);
  return !isSame(keyed(batch), keyed(right)) || !isSame(masksOf(batch), masksOf(right));
};

/** Leaves for `findFraud`, of which it reads the rows, and the nonce. */
export const asLeaves = (leaves: readonly PlainLeaf[]): readonly BatchLeaf[] =>
  leaves.map(({ ledgerRows, nonce }) => ({ ledgerRows, order: { body: { nonce } } }) as unknown as BatchLeaf);
