import type { SeatMessage } from '@mlb/protocol';
import type { SeatView, Strategy, Utterance } from './conduct.ts';
import { commitTo, resultOf } from './opening.ts';

const othersOf = ({ seats, mySeat }: SeatView): readonly number[] =>
  seats.flatMap((_, seat) => (seat === mySeat ? [] : [seat]));

/** Two things, each to one half of the others. */
const toHalves = (view: SeatView, first: SeatMessage, second: SeatMessage): readonly Utterance[] => {
  const others = othersOf(view);
  const isFirst = (seat: number): boolean => view.random(`half ${seat}`) < 0.5;
  return [
    { message: first, to: others.filter(isFirst) },
    { message: second, to: others.filter((seat) => !isFirst(seat)) },
  ];
};

type Kind = 'commit' | 'lock-vote' | 'vote';
const KINDS: readonly Kind[] = ['commit', 'lock-vote', 'vote'];

/** The message again with something else in it, or undefined for one that it does not sign twice. */
const otherOf = (view: SeatView, message: SeatMessage, kind: Kind): SeatMessage | undefined => {
  if (message.type !== kind) return undefined;
  switch (message.type) {
    case 'commit':
      return commitTo(view, resultOf(view, view.wrongOutput(50, 'second'), 'second'));
    case 'lock-vote': {
      const { body } = message.lockVote;
      return view.sign({ ...message, lockVote: { ...body, lockRoot: view.secret('another root') } });
    }
    case 'vote': {
      const { seat, canonicalSeat, statement } = message;
      const body = { ...statement.body, resultDigest: view.secret('another digest') };
      return view.sign({ type: 'vote', seat, canonicalSeat, statement: body });
    }
    default:
      return undefined;
  }
};

export const equivocator: Strategy = {
  summary: 'signs two things for one duty and tells each to some',
  isEquivocating: true,
  conduct: {
    speak: (view, message) => {
      const kind = KINDS[Math.floor(view.random('kind') * KINDS.length)] ?? 'commit';
      const other = otherOf(view, message, kind);
      return other === undefined ? [{ message }] : toHalves(view, message, other);
    },
  },
};
