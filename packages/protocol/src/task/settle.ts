import { AUDIT_ROUND } from '../committee/audit.ts';
import { auditOutcome } from './audit.ts';
import { declineSignatures } from './decline.ts';
import { isDisputed } from './dispute.ts';
import { certificateOf, once, type TaskRule, topRoundOf } from './state.ts';
import { verdictOf } from './verdict.ts';

/**
 * The latest certificate, undisputed and past its settle timer, goes to the batcher; that of round 0 only when its audit
 * seed is known and, if it was picked, the audit has passed. Again when the verdict comes.
 */
export const settleRule: TaskRule = (params, state) => {
  const round = topRoundOf(params, state);
  const certificate = round === undefined ? undefined : certificateOf(state, round);
  if (round === undefined || certificate === undefined || isDisputed(params, state, round)) return undefined;
  if (state.rounds.get(round)?.state.phase !== 'settleable') return undefined;
  const outcome = round === 0 ? auditOutcome(state) : 'none';
  if (outcome !== 'none' && outcome !== 'passed') return undefined;
  const audit = outcome === 'passed' ? certificateOf(state, AUDIT_ROUND) : undefined;
  const verdict = verdictOf(params, state);
  return once(state, `settleable/${round}/${verdict === undefined ? 'alone' : 'judged'}`, [
    { type: 'settleable', certificate, declines: declineSignatures(state), audit, verdict },
  ]);
};
