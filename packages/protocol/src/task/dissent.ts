import { AUDIT_ROUND } from '../committee/audit.ts';
import { DISSENT_WITHHELD, type Dissent, statementHashOf } from '../message/dissent.ts';
import type { Signed } from '../message/signed.ts';
import type { Verified } from '../primitives/verified.ts';
import type { TaskEffect, TaskParams } from './event.ts';
import { placeOf, type TaskState, type TaskStep, unchangedTask, withEntry } from './state.ts';

/** Keeps a dissent, also one ahead of its certificate: one a seat and round, so that they stay few. Not after T_SETTLE. */
export const recordDissent = (
  { taskId, lastRound }: TaskParams,
  state: TaskState,
  dissent: Verified<Signed<Dissent>>,
): TaskStep => {
  const { round } = dissent.body;
  const isKnown = state.dissents.has(placeOf(dissent.body));
  const isLate = state.rounds.get(round)?.state.phase === 'settleable';
  const isOurs = dissent.body.taskId === taskId && (round < lastRound || round === AUDIT_ROUND);
  if (isKnown || isLate || !isOurs) return unchangedTask(state);
  return unchangedTask({ ...state, dissents: withEntry(state.dissents, placeOf(dissent.body), dissent) });
};

/** Whether a seat in the lock of this round's certificate objects to exactly that certificate. */
export const hasDissent = (state: TaskState, round: number): boolean => {
  const certificate = state.rounds.get(round)?.state.certificate;
  if (certificate === undefined) return false;
  const statementHash = statementHashOf(certificate.statement);
  const locked = new Set(certificate.locked.map(({ seat }) => seat));
  return [...state.dissents.values()].some(
    ({ body }) => body.round === round && locked.has(body.seat) && body.statementHash === statementHash,
  );
};

/** Our own dissent: only where it opens another round, from a seat in the lock, and not for a reveal somebody else missed first. */
export const dissentEffects = (
  { taskId, lastRound }: TaskParams,
  state: TaskState,
  { round, reason }: { readonly round: number; readonly reason: number },
): readonly TaskEffect[] => {
  const seated = state.rounds.get(round);
  const certificate = seated?.state.certificate;
  const seat = seated?.params.mySeat;
  if (certificate === undefined || seat === undefined || round === lastRound) return [];
  if (!certificate.locked.some((member) => member.seat === seat) || state.dissents.has(placeOf({ round, seat })))
    return [];
  if (reason === DISSENT_WITHHELD && hasDissent(state, round)) return [];
  const statementHash = statementHashOf(certificate.statement);
  return [{ type: 'sign-dissent', dissent: { taskId, round, seat, reason, statementHash } }];
};
