import { isSameStatement } from '../certificate/assemble.ts';
import { AUDIT_ROUND } from '../committee/audit.ts';
import type { Certificate } from '../message/certificate.ts';
import type { ResultStatement } from '../message/result-statement.ts';
import type { Verified } from '../primitives/verified.ts';
import { auditOutcome } from './audit.ts';
import { declineSignatures } from './decline.ts';
import { isDisputed } from './dispute.ts';
import type { TaskParams } from './event.ts';
import { certificateOf, once, type TaskRule, type TaskState, type TaskStep, topRoundOf } from './state.ts';
import { seesFault, verdictOf } from './verdict.ts';

/**
 * The latest certificate, undisputed and past its settle timer; that of round 0 only when its audit seed is known and, if it
 * was picked, the audit has passed.
 */
const settleableCertificate = (params: TaskParams, state: TaskState): Verified<Certificate> | undefined => {
  const round = topRoundOf(params, state);
  if (round === undefined || isDisputed(params, state, round)) return undefined;
  if (state.rounds.get(round)?.state.phase !== 'settleable') return undefined;
  const outcome = round === 0 ? auditOutcome(state) : 'none';
  return outcome === 'none' || outcome === 'passed' ? certificateOf(state, round) : undefined;
};

/** Whether a task waits for the verdict about a fault that we see. */
const isHeld = (params: TaskParams, state: TaskState, round: number): boolean =>
  state.done.has(`hold/${round}`) &&
  state.rounds.get(round)?.state.isHoldOver === false &&
  verdictOf(params, state) === undefined;

/**
 * Whether this machine would settle the task on exactly this statement now. What an attester asks before it signs: an
 * earlier round, or a certificate whose time to object is not over, is not settleable however well it is signed.
 */
export const isSettleable = (params: TaskParams, state: TaskState, statement: ResultStatement): boolean => {
  const certificate = state.isRefunded ? undefined : settleableCertificate(params, state);
  const isWaiting = certificate && isHeld(params, state, certificate.statement.round);
  return certificate !== undefined && !isWaiting && isSameStatement(certificate.statement, statement);
};

/**
 * A task in which we see a fault waits for the verdict, but not for ever: one reveal window past the settle timer. Else
 * whoever proposes next would settle it as if nothing had been.
 */
const holdStep = (params: TaskParams, state: TaskState, round: number): TaskStep | undefined => {
  const { revealMs: delayMs } = params.timing;
  const isFirst = !state.done.has(`hold/${round}`) && !state.done.has(`settleable/${round}/alone`);
  if (!isFirst || verdictOf(params, state) !== undefined || !seesFault(params, state)) return undefined;
  return once(state, `hold/${round}`, [
    { type: 'round', round, effect: { type: 'start-timer', timer: 'hold', delayMs } },
  ]);
};

/** What may be settled goes to the batcher, and again when the verdict comes. */
export const settleRule: TaskRule = (params, state) => {
  const certificate = settleableCertificate(params, state);
  if (certificate === undefined) return undefined;
  const { round } = certificate.statement;
  const audit = round === 0 && auditOutcome(state) === 'passed' ? certificateOf(state, AUDIT_ROUND) : undefined;
  const verdict = verdictOf(params, state);
  const held = holdStep(params, state, round);
  if (held !== undefined || isHeld(params, state, round)) return held;
  return once(state, `settleable/${round}/${verdict === undefined ? 'alone' : 'judged'}`, [
    { type: 'settleable', certificate, declines: declineSignatures(state, round), audit, verdict },
  ]);
};
