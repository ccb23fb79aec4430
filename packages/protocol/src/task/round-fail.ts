import type { RoundFail } from '../message/round-fail.ts';
import type { Signed } from '../message/signed.ts';
import type { Verified } from '../primitives/verified.ts';
import { meetsThreshold, totalWeightOf, weightOf } from '../quorum/threshold.ts';
import type { TaskParams } from './event.ts';
import {
  certificateOf,
  once,
  placeOf,
  type TaskRule,
  type TaskState,
  type TaskStep,
  unchangedTask,
  withEntry,
} from './state.ts';

/** Keeps a seat's word that its round timer fired without a certificate; one a seat and round. */
export const recordRoundFail = (
  { taskId }: TaskParams,
  state: TaskState,
  roundFail: Verified<Signed<RoundFail>>,
): TaskStep => {
  const place = placeOf(roundFail.body);
  if (roundFail.body.taskId !== taskId || state.roundFails.has(place)) return unchangedTask(state);
  return unchangedTask({ ...state, roundFails: withEntry(state.roundFails, place, roundFail) });
};

/** Whether more than 30 % of a round's weight gave it up: the others are no quorum any more. */
const isGivenUp = (state: TaskState, round: number): boolean => {
  const seats = state.rounds.get(round)?.params.seats ?? [];
  const failed = [...state.roundFails.values()].flatMap(({ body }) => (body.round === round ? [body.seat] : []));
  const total = totalWeightOf(seats);
  return total > 0n && !meetsThreshold(total - weightOf(seats, failed), total);
};

/** Whether a seated round has no certificate, and our timer or the seats say that none comes. */
export const hasFailed = (state: TaskState, round: number): boolean =>
  state.rounds.has(round) &&
  certificateOf(state, round) === undefined &&
  (state.rounds.get(round)?.state.phase === 'failed' || isGivenUp(state, round));

/** A seat whose round timer fired without a certificate says so: observers and fresh seats must learn it. */
export const roundFailRule: TaskRule = ({ taskId }, state) => {
  for (const [round, { params, state: facts }] of state.rounds) {
    const seat = params.mySeat;
    if (seat === undefined || facts.phase !== 'failed' || facts.certificate !== undefined) continue;
    if (state.roundFails.has(placeOf({ round, seat }))) continue;
    const step = once(state, `round-fail/${round}`, [{ type: 'sign-round-fail', roundFail: { taskId, round, seat } }]);
    if (step !== undefined) return step;
  }
  return undefined;
};
