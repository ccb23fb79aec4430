import {
  type Bytes32,
  type Certificate,
  type CommitteeSeat,
  decodeCanonical,
  distanceOf,
  meetsThreshold,
  type TaskId,
  totalWeightOf,
  weightOf,
} from '@mlb/protocol';
import { honestOutput, modeOf } from '../model.ts';
import type { Outcome } from '../run.ts';

/** What an oracle found wrong: one sentence that begins with the invariant's id. */
export type Violation = string;

export type Oracle = (outcome: Outcome) => readonly Violation[];

export const isHonestOperator = ({ nodes }: Outcome, operator: number): boolean =>
  nodes[operator]?.strategy === undefined;

/** Seats of a committee that dishonest operators hold. */
export const dishonestSeats = (outcome: Outcome, seats: readonly CommitteeSeat[]): readonly number[] =>
  seats.flatMap(({ row }, seat) => (isHonestOperator(outcome, row) ? [] : [seat]));

/** Whether the dishonest seats could certify anything they like alone. */
export const isCaptured = (outcome: Outcome, seats: readonly CommitteeSeat[]): boolean =>
  meetsThreshold(weightOf(seats, dishonestSeats(outcome, seats)), totalWeightOf(seats));

/** Whether two outputs count as the same under the run's model. */
export const isSameOutput = ({ plan }: Outcome, a: Uint8Array, b: Uint8Array): boolean => {
  const mode = modeOf(plan);
  const tolerance = mode.type === 'exact' ? { atol: 0, rtol: 0 } : mode;
  return distanceOf(decodeCanonical(a), decodeCanonical(b), tolerance) <= 1;
};

/** What a machine of this operator really computes for the task. */
export const truthFor = ({ plan }: Outcome, taskId: TaskId, operator: number): Uint8Array =>
  honestOutput(plan, taskId, operator);

/** The output behind a certificate, as far as anybody held it. */
export const outputBehind = ({ journal }: Outcome, { statement }: Certificate): Uint8Array | undefined => {
  const isSame = (digest: Bytes32, lockRoot: Bytes32): boolean =>
    digest === statement.resultDigest && lockRoot === statement.lockRoot;
  return journal.certificates.find(
    ({ certificate, output }) =>
      output !== undefined && isSame(certificate.statement.resultDigest, certificate.statement.lockRoot),
  )?.output;
};

export const shortId = (id: string): string => id.slice(2, 8);
