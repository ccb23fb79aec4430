import type { SeatMessage, TaskId } from '@mlb/protocol';

/** Whose duty a seat message fulfils. */
export interface SeatDuty {
  readonly taskId: TaskId;
  readonly round: number;
  readonly seat: number;
}

export const dutyOf = (message: SeatMessage): SeatDuty => {
  switch (message.type) {
    case 'commit':
      return message.commit.body;
    case 'lock-vote':
      return message.lockVote.body;
    case 'reveal':
      return message.reveal.body;
    case 'vote':
      return { ...message.statement.body, seat: message.seat };
    case 'verdict-vote':
      return { ...message.verdict.body, seat: message.seat };
    case 'earlier-value':
      return message;
  }
};

/** One round of one task, as the key of a map. */
export type RoundKey = `${TaskId}/${number}`;

export const roundKeyOf = (taskId: TaskId, round: number): RoundKey => `${taskId}/${round}`;
