import { auditOutcome } from './audit.ts';
import { hasDissent } from './dissent.ts';
import type { TaskParams } from './event.ts';
import { hasFailed } from './round-fail.ts';
import { once, type TaskRule, type TaskState, topRoundOf } from './state.ts';

/**
 * Whether the certificate of a round is provisional: objected to, or looked at by an audit that did not pass. The last
 * round is all there is, also where nobody is left to draw for the next: one seat that objects to it must not undo what 70 %
 * of everybody agreed on.
 */
export const isDisputed = ({ lastRound }: TaskParams, state: TaskState, round: number): boolean =>
  round < lastRound &&
  !(round > 0 && state.unseatable.has(round + 1)) &&
  state.rounds.get(round)?.state.certificate !== undefined &&
  (hasDissent(state, round) || (round === 0 && auditOutcome(state) === 'failed'));

/** Told once a round: its certificate is provisional. */
export const disputedRule: TaskRule = (params, state) => {
  for (const round of state.rounds.keys()) {
    const step = isDisputed(params, state, round)
      ? once(state, `disputed/${round}`, [{ type: 'disputed', round }])
      : undefined;
    if (step !== undefined) return step;
  }
  return undefined;
};

/**
 * Whether a round has to take place, as far as we know: the one before is disputed, or failed and had to take place itself.
 * That somebody names a round, or that we drew its seats to judge a message, calls for nothing: a word of one operator must
 * not make forty execute.
 */
export const isCalledFor = (params: TaskParams, state: TaskState, round: number): boolean =>
  round === 0 ||
  isDisputed(params, state, round - 1) ||
  (hasFailed(state, round - 1) && isCalledFor(params, state, round - 1));

/** A failed or disputed round opens the next one, unless a later one has decided already. */
export const openRoundRule: TaskRule = (params, state) => {
  const top = topRoundOf(params, state) ?? 0;
  for (let next = top + 1; next <= params.lastRound; next += 1) {
    if (!isCalledFor(params, state, next)) continue;
    if (state.rounds.has(next) || state.unseatable.has(next)) continue;
    const step = once(state, `open/${next}`, [{ type: 'open-round', round: next }]);
    if (step !== undefined) return step;
  }
  return undefined;
};
