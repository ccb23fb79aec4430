import {
  baseFeeAt,
  DOWNTIME_BAND_BPS,
  downtimeBps,
  emptyFold,
  OFFENSE_DOWNTIME,
  reputationRootOf,
  type SettlementFold,
  type SlashRow,
  slashesRootOf,
  slashRowBps,
  WRONG_RESULT_BAND_BPS,
} from '@mlb/protocol';
import { foldAfter, INITIAL_BASE_FEE } from '../chain/settlement-fold.ts';
import type { Outcome } from '../run.ts';
import { isHonestOperator, type Oracle, type Violation } from './facts.ts';

/** The fold after each batch of the canonical chain, made anew from the posted bytes. */
const foldsOf = (outcome: Outcome): readonly SettlementFold[] => {
  let fold = emptyFold(INITIAL_BASE_FEE);
  return outcome.ledger.batches.map((batch) => {
    fold = foldAfter(outcome, fold, [batch]);
    return fold;
  });
};

/** I11: reputation, slashes and base fee of every header are those that anybody computes from the batches. */
export const rootsAreFolds: Oracle = (outcome) => {
  const folds = foldsOf(outcome);
  const snapshot = outcome.universe.table.latest;
  return outcome.ledger.batches.flatMap(({ header }, i): readonly Violation[] => {
    const fold = folds[i];
    if (fold === undefined || snapshot === undefined) return [`I11 batch ${header.index} cannot be folded`];
    const before = folds[i - 1] ?? emptyFold(INITIAL_BASE_FEE);
    const { params } = outcome;
    const isSame =
      reputationRootOf(fold.reputation) === header.reputationRoot &&
      slashesRootOf(fold.slashes) === header.slashesRoot &&
      baseFeeAt(before, { slot: header.slot, snapshot, params }) === header.baseFee;
    return isSame ? [] : [`I11 roots of batch ${header.index} are not those of its leaves`];
  });
};

/** Rows that a settler executes once their batches are final. */
const slashRowsOf = (outcome: Outcome): readonly SlashRow[] => foldsOf(outcome).flatMap(({ slashes }) => slashes);

/** Verdicts against honest operators. */
export const honestRowsOf = (outcome: Outcome): readonly SlashRow[] =>
  slashRowsOf(outcome).filter(({ operator }) => {
    const node = outcome.nodes.find((candidate) => candidate.operator.address === operator);
    return node !== undefined && isHonestOperator(outcome, node.index);
  });

/** I12: what a row costs lies inside the paper's band for its offense. */
export const inBands: Oracle = (outcome) =>
  slashRowsOf(outcome).flatMap((row) => {
    const isDowntime = row.offense === OFFENSE_DOWNTIME;
    const [least, most] = isDowntime ? DOWNTIME_BAND_BPS : WRONG_RESULT_BAND_BPS;
    const worst = isDowntime ? downtimeBps(row.missBps) : slashRowBps(row, 100);
    const mildest = isDowntime ? worst : slashRowBps(row, 0);
    return mildest >= least && worst <= most
      ? []
      : [`I12 a slash of ${mildest} to ${worst} bps for offense ${row.offense}`];
  });

export const noHonestVerdict: Oracle = (outcome) =>
  honestRowsOf(outcome).map(({ operator, offense }) => `honest operator ${operator} judged for offense ${offense}`);
