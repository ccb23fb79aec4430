import { resultDigestOf, type SeatMessage } from '@mlb/protocol';
import type { SeatView, Strategy, Utterance } from './conduct.ts';
import { commitTo, resultOf } from './opening.ts';

type Reveal = Extract<SeatMessage, { readonly type: 'reveal' }>;

/** All it can say once it knows a result that it did not work out: a commit, a vote for the lock, the opening. */
const copyOf = (view: SeatView, { reveal, output }: Reveal): readonly Utterance[] => {
  const { taskId, round, mySeat: seat, seats } = view;
  const { lockRoot, resultHash, execMs } = reveal.body;
  const copied = resultOf(view, output, 'copy');
  const opened = { taskId, round, seat, lockRoot, resultHash, salt: copied.salt, execMs };
  // It cannot know the blind of a lock that has its commit: it signs a guess, and nobody counts it.
  const resultDigest = resultDigestOf(taskId, view.secret('blind'), resultHash);
  const statement = { taskId, round, epoch: 1n, seatCount: seats.length, lockRoot, resultDigest };
  return [
    { message: commitTo(view, copied) },
    { message: view.sign({ type: 'lock-vote', lockVote: { taskId, round, seat, lockRoot }, lockedSeats: 0n }) },
    {
      message: view.sign({
        ...{ type: 'reveal', reveal: opened, output },
        statement: view.mode.type === 'exact' ? statement : undefined,
      }),
      delayMs: 50,
    },
  ];
};

export const lateCopier: Strategy = {
  summary: 'executes nothing, commits to the first result that another seat reveals',
  conduct: {
    execute: () => undefined,
    // Its node hears the copied commit back by relay and would go on as if it were its own.
    speak: () => [],
    hear: (view, message) => (message.type === 'reveal' && view.once('copy') ? copyOf(view, message) : []),
  },
};
