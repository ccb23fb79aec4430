import { digestOf } from '../message/domain.ts';
import { RESULT_STATEMENT, type ResultStatement, resultDigestOf } from '../message/result-statement.ts';
import type { Signed } from '../message/signed.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import { accuse } from './accuse.ts';
import type { RoundParams } from './event.ts';
import { lockOf } from './lock.ts';
import { isStatedInReveal } from './output.ts';
import { type Lock, type RoundState, type RoundStep, type Rule, unchanged, withSeat } from './state.ts';

/** The statement on a digest under this lock. */
export const statementOn = (params: RoundParams, lock: Lock, resultDigest: Bytes32): ResultStatement => ({
  taskId: params.taskId,
  round: params.round,
  epoch: params.epoch,
  seatCount: params.seats.length,
  lockRoot: lock.root,
  resultDigest,
});

/** The statement that a result of this lock stands for. */
export const statementOf = (params: RoundParams, lock: Lock, resultHash: Bytes32): ResultStatement =>
  statementOn(params, lock, resultDigestOf(params.taskId, lock.blind, resultHash));

/** A seat's first statement counts; a different second one, wherever it was signed, is evidence (E1). */
export const recordStatement = (
  params: RoundParams,
  state: RoundState,
  { seat, signed }: { readonly seat: number; readonly signed: Signed<ResultStatement> },
): RoundStep => {
  const first = state.statements[seat];
  const operator = params.seats[seat]?.operator;
  if (operator === undefined) return unchanged(state);
  if (first !== undefined) return accuse(params, state, seat, { kind: 'statement', operator, first, second: signed });
  return unchanged({ ...state, statements: withSeat(state.statements, seat, signed) });
};

/** EXACT: takes the statement out of a reveal as soon as its lock is known. A signature of anything else is dropped. */
export const examineRule: Rule = (params, state) => {
  if (!isStatedInReveal(params)) return undefined;
  for (const [seat, reveals] of state.reveals.entries()) {
    for (const [i, reveal] of reveals.entries()) {
      const { message, isExamined } = reveal;
      const lock = isExamined ? undefined : lockOf(state, message.reveal.body.lockRoot);
      if (lock === undefined) continue;
      const examined = {
        ...state,
        reveals: withSeat(state.reveals, seat, reveals.with(i, { ...reveal, isExamined: true })),
      };
      const body = statementOf(params, lock, message.reveal.body.resultHash);
      const signature = message.statementSignature;
      const signer = params.recover(digestOf(params.domain, RESULT_STATEMENT, body), signature);
      if (signer === undefined || signer !== params.seats[seat]?.sessionKey) return unchanged(examined);
      return recordStatement(params, examined, { seat, signed: { body, signature } });
    }
  }
  return undefined;
};
