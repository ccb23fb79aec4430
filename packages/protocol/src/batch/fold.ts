import { ProtocolError } from '../errors.ts';
import type { BatchHeader } from '../message/batch.ts';
import { logDuty } from '../offense/error-budget.ts';
import { closeInactivityWindow, countDecline, countDuty } from '../offense/inactivity.ts';
import { NEW_MODEL_RECORD, recordModelTask } from '../offense/model-quarantine.ts';
import { CORRELATION_WINDOW_SEC } from '../offense/penalty.ts';
import { lotsOf } from '../operators/weight.ts';
import { applyDuties, dayOfSlot, type SettledDuty } from '../reputation/table.ts';
import { baseFeeAt } from './fold-base-fee.ts';
import { type FoldedLeaf, judgeLeaf, type LeafJudgement } from './fold-judge.ts';
import { closeDay, slashOffenders } from './fold-slash.ts';
import { emptyLogOf, type FoldSource, type OperatorLog, type SettlementFold, secOfSlot } from './fold-state.ts';

/** A verified batch, as the fold reads it. */
export interface FoldedBatch {
  readonly header: Pick<BatchHeader, 'index' | 'slot' | 'epoch'>;
  readonly leaves: readonly FoldedLeaf[];
}

/** One operator's log after one more duty of the window under way. */
const withDuty = (
  log: OperatorLog,
  { isFaulty, isAbsent }: { readonly isFaulty: boolean; readonly isAbsent: boolean },
) => ({
  ...log,
  errors: logDuty(log.errors, isFaulty),
  inactivity: countDuty(log.inactivity, isAbsent),
});

/** The fold after one leaf, and the duties that its reputation table does not have yet. */
interface LeafStep {
  readonly fold: SettlementFold;
  readonly duties: readonly SettledDuty[];
}

const applySeats = (fold: SettlementFold, { seats, decliners }: LeafJudgement, day: number): LeafStep => {
  const logs = new Map(fold.logs);
  // A newcomer's window opens today.
  const logOf = (operatorIndex: number, operator: OperatorLog['operator']): OperatorLog => {
    const known = logs.get(operatorIndex);
    if (known !== undefined) return known;
    const fresh = emptyLogOf(operator);
    return { ...fresh, inactivity: closeInactivityWindow(fresh.inactivity, day).state };
  };
  const duties: SettledDuty[] = [];
  for (const { row, outcome, times, ...duty } of seats) {
    const { operatorIndex, operator } = row;
    logs.set(operatorIndex, withDuty(logOf(operatorIndex, operator), duty));
    if (outcome === undefined) continue;
    duties.push(...Array.from({ length: times }, () => ({ operatorIndex, outcome })));
  }
  for (const { operatorIndex, operator } of decliners) {
    const log = logOf(operatorIndex, operator);
    const { state, isMiss } = countDecline(log.inactivity);
    logs.set(operatorIndex, { ...log, inactivity: state });
    if (isMiss) duties.push({ operatorIndex, outcome: 'miss' });
  }
  return { fold: { ...fold, logs }, duties };
};

/** One leaf: whom it found wrong, how its model did, and the work it paid for. */
const applyLeaf = (fold: SettlementFold, leaf: FoldedLeaf, judged: LeafJudgement, nowSec: number): SettlementFold => {
  const { modelId, computeUnits } = leaf.order.body;
  const record = recordModelTask(fold.models.get(modelId) ?? NEW_MODEL_RECORD, judged.hasSplit);
  const wrong = judged.seats.filter(({ isFaulty }) => isFaulty);
  return {
    ...fold,
    models: new Map(fold.models).set(modelId, record),
    findings: [
      ...fold.findings,
      ...wrong.map(({ row }) => ({ operatorIndex: row.operatorIndex, lots: lotsOf(row), atSec: nowSec })),
    ],
    usedComputeUnits: fold.usedComputeUnits + BigInt(computeUnits) * BigInt(leaf.certificate.locked.length),
  };
};

/** The fold at the batch's slot: base fee moved, day closed, old findings forgotten. */
const enterSlot = (fold: SettlementFold, { header }: FoldedBatch, source: FoldSource): SettlementFold => {
  const { params } = source;
  const snapshot = source.snapshot(header.epoch);
  if (snapshot === undefined) {
    throw new ProtocolError('BAD_BATCH', `epoch ${header.epoch} of a header is unknown: index it first`);
  }
  const slot = header.slot > fold.slot ? header.slot : fold.slot;
  const nowSec = secOfSlot(slot, params.slotsPerDay);
  const entered: SettlementFold = {
    ...fold,
    index: header.index,
    slot,
    baseFee: baseFeeAt(fold, { slot, snapshot, params }),
    usedComputeUnits: slot === fold.slot ? fold.usedComputeUnits : 0n,
    findings: fold.findings.filter(({ atSec }) => atSec > nowSec - CORRELATION_WINDOW_SEC),
    slashes: [],
  };
  return closeDay(entered, params);
};

/**
 * The fold after one verified batch: nothing but batches, snapshots and models' modes goes in, so that anybody can recompute
 * every header's roots and base fee (I11). Throws BAD_BATCH on a batch that is not the next one, or on a leaf that no
 * verified batch has.
 */
export const foldBatch = (fold: SettlementFold, batch: FoldedBatch, source: FoldSource): SettlementFold => {
  if (batch.header.index !== fold.index + 1n) {
    const why = `batch ${batch.header.index} is not the next after ${fold.index}: fold or skip those between first`;
    throw new ProtocolError('BAD_BATCH', why);
  }
  const { params } = source;
  let current = enterSlot(fold, batch, source);
  const day = dayOfSlot(current.slot, params.slotsPerDay);
  const nowSec = secOfSlot(current.slot, params.slotsPerDay);
  const duties: SettledDuty[] = [];
  const judgedLeaves: LeafJudgement[] = [];
  for (const leaf of batch.leaves) {
    const judged = judgeLeaf(current, leaf, source);
    const step = applySeats(current, judged, day);
    current = applyLeaf(step.fold, leaf, judged, nowSec);
    duties.push(...step.duties);
    judgedLeaves.push(judged);
  }
  const reputation = applyDuties(current.reputation, { day, duties });
  return slashOffenders({ ...current, reputation }, { batch, judged: judgedLeaves, source });
};
