import { AUDIT_ROUND } from '../committee/audit.ts';
import { hasDissent } from './dissent.ts';
import { hasFailed } from './round-fail.ts';
import type { TaskState } from './state.ts';

/**
 * How far the audit of round 0 is. `none`: the seed did not pick the task, or nobody is left to audit it. `passed`: a
 * certificate of the audit on the digest of round 0, past its settle timer without a dissent. `failed`: no certificate in
 * time, a dissent, or another digest.
 */
export type AuditOutcome = 'pending' | 'none' | 'passed' | 'failed';

export const auditOutcome = (state: TaskState): AuditOutcome => {
  if (state.audit === 'none' || state.unseatable.has(AUDIT_ROUND)) return 'none';
  const audit = state.rounds.get(AUDIT_ROUND)?.state;
  if (audit === undefined) return 'pending';
  if (audit.certificate === undefined) return hasFailed(state, AUDIT_ROUND) ? 'failed' : 'pending';
  const audited = state.rounds.get(0)?.state.certificate;
  const isSameValue = audit.certificate.statement.resultDigest === audited?.statement.resultDigest;
  if (!isSameValue || hasDissent(state, AUDIT_ROUND)) return 'failed';
  return audit.phase === 'settleable' ? 'passed' : 'pending';
};
