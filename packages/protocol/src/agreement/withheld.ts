import { DISSENT_WITHHELD } from '../message/dissent.ts';
import type { RoundParams } from './event.ts';
import { lockOf } from './lock.ts';
import { agrees, lockedReveal, outputOf } from './output.ts';
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

/**
 * A locked seat that keeps its reveal back may have put a copy or a lie there, and one that revealed another value than the
 * certified one will hardly say so itself: the next round looks. Without this a lone liar loses one fee (docs/economics.md
 * R2). Said once.
 */
export const withheldRule: Rule = (params, state) => {
  if (state.withheldTimer !== 'expired' || state.hasDissented || state.phase === 'settleable') return undefined;
  const ours = ourPlace(params, state);
  const resultDigest = state.certificate?.statement.resultDigest;
  if (ours === undefined || resultDigest === undefined) return undefined;
  const { lock } = ours;
  const value = outputOf(params, state, { lock, resultDigest });
  const isOpposed = lock.members.some(({ seat }) => {
    const revealed = lockedReveal(state, { lock, seat });
    if (revealed === undefined) return true;
    const { resultHash } = revealed.reveal.body;
    return value !== undefined && !agrees(params, { resultHash, output: revealed.output }, value);
  });
  return isOpposed
    ? { state: { ...state, hasDissented: true }, effects: [{ type: 'dissent', reason: DISSENT_WITHHELD }] }
    : undefined;
};
