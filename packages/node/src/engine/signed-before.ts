import type { SeatMessage } from '@mlb/protocol';
import type { TaskRecord } from './task.ts';

const seatOf = (message: SeatMessage): number => {
  switch (message.type) {
    case 'commit':
      return message.commit.body.seat;
    case 'lock-vote':
      return message.lockVote.body.seat;
    case 'reveal':
      return message.reveal.body.seat;
    case 'vote':
      return message.seat;
  }
};

/** Own statements of an earlier life. After a reorg we may sit elsewhere: what we said for another seat is of no use. */
export const signedBefore = ({ restored, seating }: TaskRecord): readonly SeatMessage[] =>
  restored?.signed.filter((message) => seatOf(message) === seating?.params.mySeat) ?? [];
