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

/** The task with a decline; the same one if a commit of the seat, or a certificate, came first for us. */
export const recordDecline = (state: TaskState, { decline, substitute, mySeat }: DeclineEvent): TaskState => {
  const { round, seat } = decline.body;
  if (round !== 0 || state.declines.has(seat)) return state;
  const known = { decline, substitute, isMine: mySeat === seat };
  const declines = withEntry(state.declines, seat, known);
  const seated = state.rounds.get(0);
  if (seated === undefined) return { ...state, declines };
  const { params, state: facts } = seated;
  const hasAccepted = facts.commits[seat]?.length !== 0 || facts.certificate !== undefined;
  const isOurCommit = params.mySeat === seat && facts.spent.commit;
  if (hasAccepted || isOurCommit) return state;
  const round0 = { params: { ...params, ...passOn(params, seat, known) }, state: withoutFacts(facts, seat) };
  return { ...state, declines, rounds: withEntry(state.rounds, 0, round0) };
};

/** What a settled task shows of its declines, ascending by seat. */
export const declineSignatures = ({ declines }: TaskState): readonly SeatSignature[] =>
  [...declines].map(([seat, { decline }]) => ({ seat, signature: decline.signature })).sort((a, b) => a.seat - b.seat);
