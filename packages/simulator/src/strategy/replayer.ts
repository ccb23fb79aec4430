import type { SeatMessage } from '@mlb/protocol';
import type { SeatView, Strategy, Utterance } from './conduct.ts';

/** The same, later; and the same as if it were of another round. */
const echoesOf = (view: SeatView, message: SeatMessage): readonly Utterance[] => {
  const later = { message, delayMs: 60_000 * view.random(`again ${message.type}`) };
  if (message.type !== 'commit') return [{ message }, later];
  const { body, signature } = message.commit;
  const elsewhere: SeatMessage = { type: 'commit', commit: { body: { ...body, round: body.round + 1 }, signature } };
  return [{ message }, later, { message: elsewhere }];
};

export const replayer: Strategy = {
  summary: 'sends again what it heard, late, changed and to everybody',
  conduct: {
    hear: echoesOf,
    overhear: (rumour, random) => [{ ...rumour, delayMs: 90_000 * random('again') }],
  },
};
