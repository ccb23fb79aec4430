import { verifyCertifiedVerdict } from '../certificate/task-verdict.ts';
import { ProtocolError } from '../errors.ts';
import { DECLINE } from '../message/decline.ts';
import { digestOf } from '../message/domain.ts';
import { isBeyondErrorBudget, logDuty } from '../offense/error-budget.ts';
import { judgedSeatsOf } from '../offense/findings.ts';
import { didSplit, NEW_MODEL_RECORD, standingOf } from '../offense/model-quarantine.ts';
import { type Fault, type JudgedSeat, judgeDispute } from '../offense/verdict.ts';
import type { OperatorRow } from '../operators/snapshot.ts';
import { seatWeight } from '../operators/weight.ts';
import type { TaskId } from '../primitives/hex.ts';
import type { DutyOutcome } from '../reputation/score.ts';
import { emptyLogOf, type FoldSource, type SettlementFold } from './fold-state.ts';
import type { CommittedLeaf, SettledTask } from './leaf.ts';

/** What the fold reads of a leaf. */
export type FoldedLeaf = Pick<SettledTask, 'order' | 'certificate' | 'declines' | 'verdict'> &
  Pick<CommittedLeaf, 'committee'>;

/** How one seat's duty ended. */
export interface SeatOutcome {
  readonly row: OperatorRow;
  /** Undefined: excused, or not to be told. It is a duty all the same. */
  readonly outcome: DutyOutcome | undefined;
  /** How often it counts. */
  readonly times: number;
  /** Counts against the error budget and in phi. */
  readonly isFaulty: boolean;
  /** Counts as downtime. */
  readonly isAbsent: boolean;
  /** Costs stake. */
  readonly offense: { readonly isWithheld: boolean; readonly signedOverturned: boolean } | undefined;
}

export interface LeafJudgement {
  readonly taskId: TaskId;
  /** In seat order. */
  readonly seats: readonly SeatOutcome[];
  /** Who passed its seat on. */
  readonly decliners: readonly OperatorRow[];
  /** `didSplit` of its round 0. */
  readonly hasSplit: boolean;
}

const unknown = (what: string): ProtocolError =>
  new ProtocolError('BAD_BATCH', `a leaf names ${what}: index the chain, and verify the batch, before it is folded`);

const rowsOf = ({ snapshot }: FoldSource, leaf: FoldedLeaf): readonly OperatorRow[] => {
  const { epoch } = leaf.certificate.statement;
  const rows = snapshot(epoch)?.rows;
  if (rows === undefined) throw unknown(`the unknown epoch ${epoch}`);
  return rows;
};

const declinersOf = ({ domain, secp256k1 }: FoldSource, leaf: FoldedLeaf, rows: readonly OperatorRow[]) =>
  leaf.declines.map(({ seat, signature }): OperatorRow => {
    const { taskId } = leaf.certificate.statement;
    // Session keys are unique for ever: the signature says who it was, without drawing again.
    const signer = secp256k1.recover(digestOf(domain, DECLINE, { taskId, round: 0, seat }), signature);
    const row = rows.find(({ sessionKey }) => sessionKey === signer);
    if (row === undefined) throw unknown(`a decline of seat ${seat} by nobody of its epoch`);
    return row;
  });

const plain = (row: OperatorRow, outcome: DutyOutcome | undefined): SeatOutcome => ({
  row,
  outcome,
  times: 1,
  isFaulty: false,
  isAbsent: outcome === 'miss',
  offense: undefined,
});

/**
 * Without a verdict nobody is at fault: who signed was good, and who is not even in the lock missed. A locked seat without a
 * signature may have signed all the same: any quorum of the signatures makes a certificate, and the proposer picks one.
 */
const outcomesWithoutVerdict = ({ certificate }: FoldedLeaf, seats: readonly OperatorRow[]): readonly SeatOutcome[] => {
  const signers = new Set(certificate.signatures.map(({ seat }) => seat));
  const locked = new Set(certificate.locked.map(({ seat }) => seat));
  return seats.map((row, seat) => {
    if (signers.has(seat)) return plain(row, 'good');
    return plain(row, locked.has(seat) ? undefined : 'miss');
  });
};

const outcomeOf = (row: OperatorRow, judged: JudgedSeat, fault: Fault | undefined): SeatOutcome => {
  const { finding, isOverturnedSigner } = judged;
  if (fault === undefined) {
    if (finding === 'agreeing') return plain(row, 'good');
    // No fault in another value: a platform or a model is to blame.
    return plain(row, finding === 'silent' ? 'miss' : undefined);
  }
  // Near the canonical value is unpaid, but neither wrong nor absent.
  if (finding === 'near' && !isOverturnedSigner) return { ...plain(row, 'miss'), isAbsent: false };
  const isWithheld = fault.kind === 'withheld';
  return {
    row,
    outcome: fault.kind,
    times: fault.badDuties,
    isFaulty: true,
    isAbsent: false,
    offense: fault.isSlashable ? { isWithheld, signedOverturned: isOverturnedSigner } : undefined,
  };
};

/**
 * The seats as the verdict judges them, with what their operators did before. A signature is the better proof of agreeing,
 * but not with what a seat withheld in an earlier round.
 */
const judgedOf = (
  fold: SettlementFold,
  { certificate, verdict }: FoldedLeaf,
  rows: readonly OperatorRow[],
): readonly JudgedSeat[] | undefined => {
  const signers = new Set(certificate.signatures.map(({ seat }) => seat));
  const records = rows.map((row) => {
    const { errors } = fold.logs.get(row.operatorIndex) ?? emptyLogOf(row.operator);
    return { ...row, weight: seatWeight(row), isBeyondBudget: isBeyondErrorBudget(logDuty(errors, true)) };
  });
  const judged = verdict && judgedSeatsOf(verdict.verdict, records);
  return judged?.map((seat, number) =>
    signers.has(number) && seat.finding !== 'withheld' ? { ...seat, finding: 'agreeing' } : seat,
  );
};

/**
 * The leaf without a verdict that is not of its task, round and lock, or that 70 % of its seats did not sign: a batch that
 * no attesters certified may hold anything, and must move nobody's reputation.
 */
const withProvenVerdict = (source: FoldSource, leaf: FoldedLeaf, rows: readonly OperatorRow[]): FoldedLeaf => {
  if (leaf.verdict === undefined) return leaf;
  const { taskId, round, lockRoot } = leaf.certificate.statement;
  const { verdict } = leaf.verdict;
  const isIts = verdict.taskId === taskId && verdict.round === round && verdict.lockRoot === lockRoot;
  const seats = rows.map((row) => ({ ...row, weight: seatWeight(row) }));
  const { domain, secp256k1 } = source;
  const isProven =
    isIts && typeof verifyCertifiedVerdict({ domain, secp256k1, seats, certified: leaf.verdict }) !== 'string';
  return isProven ? leaf : { ...leaf, verdict: undefined };
};

/** What one leaf says about its seats and its model, given all leaves before it. Throws BAD_BATCH on an unverified leaf. */
export const judgeLeaf = (fold: SettlementFold, leaf: FoldedLeaf, source: FoldSource): LeafJudgement => {
  const rows = rowsOf(source, leaf);
  const seats = leaf.committee.map((row): OperatorRow => rows[row] ?? unknownRow(row));
  const { taskId } = leaf.certificate.statement;
  const decliners = declinersOf(source, leaf, rows);
  const proven = withProvenVerdict(source, leaf, seats);
  const judged = judgedOf(fold, proven, seats);
  if (judged === undefined) return { taskId, seats: outcomesWithoutVerdict(proven, seats), decliners, hasSplit: false };
  const { modelId, redundancy } = leaf.order.body;
  const mode = source.modelMode(modelId) === 1 ? 'tolerance' : 'exact';
  const verdict = judgeDispute({
    seats: judged,
    standing: standingOf(fold.models.get(modelId) ?? NEW_MODEL_RECORD, mode),
  });
  const faults = new Map(verdict.type === 'undecided' ? [] : verdict.faults.map((fault) => [fault.seat, fault]));
  const outcomes = seats.flatMap((row, seat) => {
    const judgedSeat = judged[seat];
    return judgedSeat === undefined ? [] : [outcomeOf(row, judgedSeat, faults.get(seat))];
  });
  return { taskId, seats: outcomes, decliners, hasSplit: didSplit(judged.slice(0, redundancy)) };
};

const unknownRow = (row: number): never => {
  throw unknown(`row ${row}, which its epoch has not`);
};
