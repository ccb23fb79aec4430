import { withSeat } from '../agreement/state.ts';
import type { SeatSignature } from '../message/certificate.ts';
import type { TaskEvent } from './event.ts';
import { type KnownDecline, type SeatedRound, type TaskState, withEntry } from './state.ts';

export type DeclineEvent = Extract<TaskEvent, { readonly type: 'decline' }>;
type Seating = Pick<SeatedRound['params'], 'seats' | 'mySeat'>;

/** The seats of a round with one passed on: whoever held it only looks on, and its substitute has a seat. */
const passOn = (seating: Seating, seat: number, { substitute, isMine }: KnownDecline): Seating => ({
  seats: seating.seats.with(seat, substitute),
  mySeat: isMine ? seat : seating.mySeat === seat ? undefined : seating.mySeat,
});

/** Seats of round 0 as they are occupied: declines may come before the beacon is known to us. */
export const seatedWithDeclines = (state: TaskState, seated: Seating): Seating =>
  [...state.declines].reduce(
    (seating, [seat, known]) => (seat < seating.seats.length ? passOn(seating, seat, known) : seating),
    seated,
  );

/** Whatever the drawn operator said on this seat is not its substitute's. */
const withoutFacts = (state: SeatedRound['state'], seat: number): SeatedRound['state'] => ({
  ...state,
  lockVotes: withSeat(state.lockVotes, seat, undefined),
  lockHints: withSeat(state.lockHints, seat, []),
  reveals: withSeat(state.reveals, seat, []),
  relayed: withSeat(state.relayed, seat, false),
  statements: withSeat(state.statements, seat, undefined),
});

/**
 * Whether a decline may still pass its seat on: round 0 is open without a certificate, and no other round has its seats,
 * which were drawn with the declines before. Whoever could decline later would choose after the fact who was in the union.
 */
export const isOpenForDeclines = ({ rounds }: TaskState): boolean =>
  [...rounds].every(([round, { state }]) => round === 0 && state.phase === 'open' && state.certificate === undefined);

/** The task with a decline; the same one if it is too late, or a commit of the seat came first for us. */
export const recordDecline = (state: TaskState, { decline, substitute, mySeat }: DeclineEvent): TaskState => {
  const { round, seat } = decline.body;
  if (round !== 0 || state.declines.has(seat) || !isOpenForDeclines(state)) return state;
  const known = { decline, substitute, isMine: mySeat === seat };
  const declines = withEntry(state.declines, seat, known);
  const seated = state.rounds.get(0);
  if (seated === undefined) return { ...state, declines };
  const { params, state: facts } = seated;
  const isOurCommit = params.mySeat === seat && facts.spent.commit;
  if (facts.commits[seat]?.length !== 0 || isOurCommit) return state;
  const round0 = { params: { ...params, ...passOn(params, seat, known) }, state: withoutFacts(facts, seat) };
  return { ...state, declines, rounds: withEntry(state.rounds, 0, round0) };
};

/** The declines that the seats of a round were drawn with, ascending by seat: what a settled task shows of them. */
export const declineSignatures = ({ declines, rounds }: TaskState, round: number): readonly SeatSignature[] => {
  const seats = rounds.get(round)?.params.seats ?? [];
  return [...declines]
    .filter(([seat, { substitute }]) => seats[seat]?.operator === substitute.operator)
    .map(([seat, { decline }]) => ({ seat, signature: decline.signature }))
    .sort((a, b) => a.seat - b.seat);
};
