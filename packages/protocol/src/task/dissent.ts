import { AUDIT_ROUND } from '../committee/audit.ts';
import { DISSENT_DIFFERS, DISSENT_WITHHELD, type Dissent, statementHashOf } from '../message/dissent.ts';
import type { Signed } from '../message/signed.ts';
import type { Verified } from '../primitives/verified.ts';
import type { TaskEffect, TaskParams } from './event.ts';
import { placeOf, type TaskState, type TaskStep, unchangedTask, withEntry } from './state.ts';

/** Dissents of one seat kept ahead of their certificate: a false one must not keep the true one out. */
const DISSENTS_PER_SEAT = 2;

const dissentsOf = (state: TaskState, { round, seat }: Pick<Dissent, 'round' | 'seat'>) =>
  [...state.dissents.values()].filter(({ body }) => body.round === round && body.seat === seat);

/** Whether one more dissent of a seat adds nothing: we have it, or as many of the seat as we keep. */
export const isDissentKnown = (
  state: TaskState,
  dissent: Pick<Dissent, 'round' | 'seat' | 'statementHash'>,
): boolean => {
  const known = dissentsOf(state, dissent);
  const isSame = known.some(({ body }) => body.statementHash === dissent.statementHash);
  // About the certificate we hold there is one of a seat, and room for it whatever came before.
  const isHeld = state.rounds.get(dissent.round)?.state.certificate !== undefined;
  return isSame || (!isHeld && known.length >= DISSENTS_PER_SEAT);
};

/** Whether it is about another certificate than the one we hold. */
const isAboutAnother = (state: TaskState, { round, statementHash }: Dissent): boolean => {
  const statement = state.rounds.get(round)?.state.certificate?.statement;
  return statement !== undefined && statementHashOf(statement) !== statementHash;
};

/** Keeps a dissent, also one ahead of its certificate: two a seat and round, so that they stay few. Not after T_SETTLE. */
export const recordDissent = (
  { taskId, lastRound }: TaskParams,
  state: TaskState,
  dissent: Verified<Signed<Dissent>>,
): TaskStep => {
  const { round, seat, statementHash } = dissent.body;
  const isLate = state.rounds.get(round)?.state.phase === 'settleable';
  const isOurs = dissent.body.taskId === taskId && (round < lastRound || round === AUDIT_ROUND);
  const isWorthless = isDissentKnown(state, dissent.body) || isAboutAnother(state, dissent.body);
  if (isLate || !isOurs || isWorthless) return unchangedTask(state);
  const name = `${placeOf({ round, seat })}/${statementHash}`;
  return unchangedTask({ ...state, dissents: withEntry(state.dissents, name, dissent) });
};

/**
 * Whether a seat in the lock of this round's certificate objects to exactly that certificate. That its own execution differs
 * nobody says who signed the certificate itself: its signature says the contrary.
 */
export const hasDissent = (state: TaskState, round: number): boolean => {
  const certificate = state.rounds.get(round)?.state.certificate;
  if (certificate === undefined) return false;
  const statementHash = statementHashOf(certificate.statement);
  const locked = new Set(certificate.locked.map(({ seat }) => seat));
  const signers = new Set(certificate.signatures.map(({ seat }) => seat));
  return [...state.dissents.values()].some(
    ({ body }) =>
      body.round === round &&
      locked.has(body.seat) &&
      !(body.reason === DISSENT_DIFFERS && signers.has(body.seat)) &&
      body.statementHash === statementHash,
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
  const statementHash = statementHashOf(certificate.statement);
  const isSaid = dissentsOf(state, { round, seat }).some(({ body }) => body.statementHash === statementHash);
  if (!certificate.locked.some((member) => member.seat === seat) || isSaid) return [];
  if (reason === DISSENT_WITHHELD && hasDissent(state, round)) return [];
  return [{ type: 'sign-dissent', dissent: { taskId, round, seat, reason, statementHash } }];
};
