import { AUDIT_ROUND, MAX_ROUNDS, type SeatMessage, type TaskId } from '@mlb/protocol';

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

/** Whether a task can have such a round at all. */
export const isRound = (round: number): boolean => round < MAX_ROUNDS || round === AUDIT_ROUND;

/** One round of one task, as the key of a map. */
export type RoundKey = `${TaskId}/${number}`;

export const roundKeyOf = (taskId: TaskId, round: number): RoundKey => `${taskId}/${round}`;
