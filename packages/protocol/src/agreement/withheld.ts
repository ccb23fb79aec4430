import { DISSENT_WITHHELD } from '../message/dissent.ts';
import type { RoundParams } from './event.ts';
import { lockOf } from './lock.ts';
import { lockedReveal } from './output.ts';
import type { Lock, RoundState, Rule } from './state.ts';

/** Our place in the certified lock and the lock, if we are in it, know it and have revealed under it ourselves. */
const ourPlace = (
  { mySeat }: RoundParams,
  state: RoundState,
): { readonly lock: Lock; readonly place: number } | undefined => {
  const root = state.certificate?.statement.lockRoot;
  const lock = root === undefined ? undefined : lockOf(state, root);
  const place = lock?.members.findIndex(({ seat }) => seat === mySeat) ?? -1;
  const hasRevealed = lock && mySeat !== undefined && lockedReveal(state, { lock, seat: mySeat }) !== undefined;
  return lock && hasRevealed && place >= 0 ? { lock, place } : undefined;
};

/**
 * The certificate is there: reveals still missing get half of the settle time. Each locked seat waits a little longer than
 * the one before it, so that usually one of them dissents and the others hear it first.
 */
export const withheldTimerRule: Rule = (params, state) => {
  if (state.withheldTimer !== 'idle' || state.phase === 'settleable') return undefined;
  const ours = ourPlace(params, state);
  if (ours === undefined) return undefined;
  const { settleMs } = params.timing;
  const delayMs = Math.floor(settleMs / 2 + (ours.place * settleMs) / (4 * ours.lock.members.length));
  return {
    state: { ...state, withheldTimer: 'running' },
    effects: [{ type: 'start-timer', timer: 'withheld', delayMs }],
  };
};

/** A locked seat that keeps its reveal back may have put a copy or a lie there: the next round looks. Said once. */
export const withheldRule: Rule = (params, state) => {
  if (state.withheldTimer !== 'expired' || state.hasDissented || state.phase === 'settleable') return undefined;
  const ours = ourPlace(params, state);
  const isMissing = ours?.lock.members.some(({ seat }) => lockedReveal(state, { lock: ours.lock, seat }) === undefined);
  return isMissing
    ? { state: { ...state, hasDissented: true }, effects: [{ type: 'dissent', reason: DISSENT_WITHHELD }] }
    : undefined;
};
