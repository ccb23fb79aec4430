import assert from 'node:assert/strict';
import { encodeDeltas, encodeNullifiers, type Fraud, findFraud } from '@mlb/protocol';
import { asLeaves, createDraw, drawLeaves, isWrong, type PlainBatch, plainBatch, TAMPERS } from './tamper.ts';

/** The fraud of a plain batch, if there is one. */
export const fraudOf = (batch: PlainBatch): Fraud | undefined => {
  let next = 0;
  return findFraud(
    {
      header: batch,
      leaves: asLeaves(batch.leaves),
      rows: batch.rows,
      deltas: encodeDeltas(batch.deltas),
      nullifiers: encodeNullifiers(batch.nullifiers),
    },
    // Leaves are judged in their order.
    () => batch.leaves[next++] ?? 'MALFORMED',
  );
};

/** What post itself refuses is no batch: deltas that do not balance, move nothing, or nonces that are not as many. */
export const isPostable = ({ leaves, deltas, nullifiers, treasuryUnits, burnUnits }: PlainBatch): boolean => {
  const sum = (kind: number) => deltas.reduce((all, delta) => (delta.kind === kind ? all + delta.units : all), 0n);
  const bits = nullifiers.reduce((all, { mask }) => all + mask.toString(2).replaceAll('0', '').length, 0);
  const isBounded = nullifiers.every(({ mask }) => mask < 1n << 256n);
  const isBalanced = sum(0) === sum(1) + treasuryUnits + burnUnits;
  return isBounded && bits === leaves.length && isBalanced && deltas.every(({ units }) => units > 0n);
};

export interface Tampering {
  /** Batches whose deltas, sums or nonces were not their leaves'. */
  readonly wrong: number;
  /** Of those, the ones that post would not have refused anyway. */
  readonly postable: number;
  /** Tampered, but moving exactly what is right. */
  readonly harmless: number;
  readonly honest: number;
  readonly byFraud: Readonly<Record<string, number>>;
}

/** Throws an assertion on the first wrong batch without a proof, or honest one with one. */
export const tamperBatches = ({ seed, batches }: { readonly seed: number; readonly batches: number }): Tampering => {
  const draw = createDraw(seed);
  const tampers = Object.values(TAMPERS);
  const byFraud: Record<string, number> = {};
  const count = { wrong: 0, postable: 0, harmless: 0, honest: 0 };
  for (let i = 0; i < batches; i++) {
    let batch = plainBatch(drawLeaves(draw));
    if (i % 10 === 0) {
      assert.equal(fraudOf(batch), undefined);
      count.honest += 1;
    }
    for (let changes = 1 + draw(4); changes > 0; changes--)
      batch = tampers[draw(tampers.length)]?.(batch, draw) ?? batch;
    const fraud = fraudOf(batch);
    if (!isWrong(batch)) {
      count.harmless += 1;
      continue;
    }
    count.wrong += 1;
    if (isPostable(batch)) count.postable += 1;
    // A nonce too many without a leaf leaves another one unspent: post counts them.
    if (fraud === undefined) assert.ok(!isPostable(batch), `unprovable: ${JSON.stringify(batch, bigints)}`);
    byFraud[fraud?.type ?? 'refused by post'] = (byFraud[fraud?.type ?? 'refused by post'] ?? 0) + 1;
  }
  return { ...count, byFraud };
};

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);
