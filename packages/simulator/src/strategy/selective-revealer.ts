import type { Strategy } from './conduct.ts';

export const selectiveRevealer: Strategy = {
  summary: 'opens its commit to some seats only',
  conduct: {
    speak: (view, message) => {
      if (message.type !== 'reveal') return [{ message }];
      const to = view.seats.flatMap((_, seat) =>
        seat !== view.mySeat && view.random(`open ${seat}`) < 0.5 ? [seat] : [],
      );
      return [{ message, to }];
    },
    relays: false,
  },
};
