import { auditOutcome } from './audit.ts';
import { isDisputed } from './dispute.ts';
import type { TaskParams } from './event.ts';
import { type TaskRule, type TaskState, topRoundOf } from './state.ts';

/** Whether no round can decide any more: nothing undisputed is certified, and every round after it failed or has no seats. */
const isUndecidable = (params: TaskParams, state: TaskState): boolean => {
  const top = topRoundOf(params, state);
  const isStanding =
    top !== undefined && !isDisputed(params, state, top) && !(top === 0 && auditOutcome(state) === 'failed');
  if (isStanding) return false;
  for (let round = (top ?? -1) + 1; round <= params.lastRound; round += 1) {
    if (state.unseatable.has(round)) return true;
    if (state.rounds.get(round)?.state.phase !== 'failed') return false;
  }
  return true;
};

/** The end without a result. A certificate that was made in time may still be under way, so it waits for one settle time. */
export const refundRule: TaskRule = (params, state) => {
  if (!isUndecidable(params, state)) return undefined;
  if (state.refundTimer === 'expired') return { state: { ...state, isRefunded: true }, effects: [{ type: 'refund' }] };
  if (state.refundTimer !== 'idle') return undefined;
  return {
    state: { ...state, refundTimer: 'running' },
    effects: [{ type: 'start-timer', timer: 'refund', delayMs: params.timing.settleMs }],
  };
};
