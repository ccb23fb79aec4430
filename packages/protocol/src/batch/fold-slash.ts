import { numberToBytesBE } from '@noble/curves/utils.js';
import { closeInactivityWindow } from '../offense/inactivity.ts';
import { afterJail, afterSlash, foundWrongBpsOf, isJailed, missBpsOf } from '../offense/penalty.ts';
import { isDrawable, lotsOf } from '../operators/weight.ts';
import { Address, Bytes32, toHex } from '../primitives/hex.ts';
import { dayOfSlot } from '../reputation/table.ts';
import type { FoldedBatch } from './fold.ts';
import type { FoldedLeaf, LeafJudgement, SeatOutcome } from './fold-judge.ts';
import { type FoldParams, type FoldSource, type OperatorLog, type SettlementFold, secOfSlot } from './fold-state.ts';
import { OFFENSE_DOWNTIME, OFFENSE_WITHHELD_REVEAL, OFFENSE_WRONG_RESULT, type SlashRow } from './slash-row.ts';

const NOBODY: Address = Address(`0x${'00'.repeat(20)}`);

const downtimeRow = (log: OperatorLog, { slotsPerDay, batchSlotBlocks }: FoldParams): SlashRow => {
  const { day, misses, duties } = log.inactivity;
  const firstBlock = BigInt(day) * slotsPerDay * BigInt(batchSlotBlocks);
  return {
    operator: log.operator,
    offense: OFFENSE_DOWNTIME,
    evidence: Bytes32(toHex(numberToBytesBE(firstBlock, 32))),
    seats: 0,
    foundWrongBps: 0,
    signedOverturned: false,
    missBps: missBpsOf({ misses, duties }),
    reporter: NOBODY,
    judges: [],
  };
};

/**
 * Closes the day of everyone whose last duty was before today: who missed more than half of it has a row (E7). The first
 * such row of a week only jails; that is the Slasher's to tell. Who is in jail already pays once for one incident.
 */
export const closeDay = (fold: SettlementFold, params: FoldParams): SettlementFold => {
  const nowSec = secOfSlot(fold.slot, params.slotsPerDay);
  const day = dayOfSlot(fold.slot, params.slotsPerDay);
  const slashes: SlashRow[] = [];
  const logs = new Map<number, OperatorLog>();
  for (const [operatorIndex, log] of [...fold.logs].sort(([a], [b]) => a - b)) {
    const { state, penalty } = closeInactivityWindow(log.inactivity, day);
    const isDown = penalty.type !== 'none' && !isJailed(log.penalty, nowSec);
    if (isDown) slashes.push(downtimeRow(log, params));
    const after = penalty.type === 'slash' ? afterSlash : afterJail;
    logs.set(operatorIndex, { ...log, inactivity: state, penalty: isDown ? after(log.penalty, nowSec) : log.penalty });
  }
  return { ...fold, logs, slashes };
};

/** Fresh seats that vouch for the canonical value, without whoever is at fault itself: at most 31, as signatures are. */
const judgesOf = ({ certificate, order }: FoldedLeaf, { seats }: LeafJudgement): readonly Address[] =>
  certificate.signatures
    .filter(({ seat }) => seat >= order.body.redundancy)
    .flatMap(({ seat }) => seats[seat] ?? [])
    .filter(({ isFaulty }) => !isFaulty)
    .map(({ row }) => row.operator);

interface SlashInput {
  readonly batch: FoldedBatch;
  readonly judged: readonly LeafJudgement[];
  readonly source: FoldSource;
}

/** phi after this batch: many wrong at once lose more, and all of them alike. */
const foundWrongOf = (fold: SettlementFold, { batch, source }: SlashInput): number => {
  const rows = source.snapshot(batch.header.epoch)?.rows ?? [];
  const activeLots = rows.filter(isDrawable).reduce((lots, row) => lots + lotsOf(row), 0);
  const nowSec = secOfSlot(fold.slot, source.params.slotsPerDay);
  return foundWrongBpsOf(fold.findings, { nowSec, activeLots: Math.max(1, activeLots) });
};

const offenseRow = (
  { row, offense }: SeatOutcome & { readonly offense: NonNullable<SeatOutcome['offense']> },
  {
    leaf,
    judged,
    foundWrongBps,
  }: { readonly leaf: FoldedLeaf; readonly judged: LeafJudgement; readonly foundWrongBps: number },
): SlashRow => ({
  operator: row.operator,
  offense: offense.isWithheld ? OFFENSE_WITHHELD_REVEAL : OFFENSE_WRONG_RESULT,
  evidence: judged.taskId,
  seats: judged.seats.length,
  foundWrongBps,
  signedOverturned: offense.signedOverturned,
  missBps: 0,
  reporter: NOBODY,
  judges: judgesOf(leaf, judged),
});

/** The rows for wrong and withheld results (E5, E6), leaves and seats ascending. A slash jails: one incident is one row. */
export const slashOffenders = (fold: SettlementFold, input: SlashInput): SettlementFold => {
  const nowSec = secOfSlot(fold.slot, input.source.params.slotsPerDay);
  const foundWrongBps = foundWrongOf(fold, input);
  const logs = new Map(fold.logs);
  const slashes = [...fold.slashes];
  for (const [i, judged] of input.judged.entries()) {
    const leaf = input.batch.leaves[i];
    if (leaf === undefined) continue;
    for (const seat of judged.seats) {
      const log = logs.get(seat.row.operatorIndex);
      if (seat.offense === undefined || log === undefined || isJailed(log.penalty, nowSec)) continue;
      slashes.push(offenseRow({ ...seat, offense: seat.offense }, { leaf, judged, foundWrongBps }));
      logs.set(seat.row.operatorIndex, { ...log, penalty: afterSlash(log.penalty, nowSec) });
    }
  }
  return { ...fold, logs, slashes };
};
