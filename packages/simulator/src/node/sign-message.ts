import {
  COMMIT,
  LOCK_VOTE,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type SeatMessage,
  type Signed,
  type TaskId,
  type Unsigned,
} from '@mlb/protocol';

/** Signs one body under a duty's name; undefined when the guard refuses. */
export type SignBody = <T>(duty: string, schema: RecordSchema<T>, body: T) => Signed<T> | undefined;

const place = ({ taskId, round }: { readonly taskId: string; readonly round: number }): string => `${taskId}/${round}`;

/** What a shell makes of a `sign` effect: the message, or undefined when any part of it must not be signed. */
export const signMessage = (sign: SignBody, unsigned: Unsigned): SeatMessage | undefined => {
  switch (unsigned.type) {
    case 'commit': {
      const { commit: body } = unsigned;
      const commit = sign(`commit/${place(body)}/${body.seat}`, COMMIT, body);
      return commit && { type: 'commit', commit };
    }
    case 'lock-vote': {
      const { lockVote: body, lockedSeats } = unsigned;
      const lockVote = sign(`lock-vote/${place(body)}/${body.seat}`, LOCK_VOTE, body);
      return lockVote && { type: 'lock-vote', lockVote, lockedSeats };
    }
    case 'reveal': {
      const { reveal: body, output, statement } = unsigned;
      const reveal = sign(`reveal/${place(body)}/${body.seat}`, REVEAL, body);
      const signed = statement && sign(`statement/${place(statement)}`, RESULT_STATEMENT, statement);
      if (reveal === undefined || (statement !== undefined && signed === undefined)) return undefined;
      return { type: 'reveal', reveal, output, statementSignature: signed?.signature ?? new Uint8Array(0) };
    }
    case 'vote': {
      const { seat, canonicalSeat, statement: body } = unsigned;
      const statement = sign(`statement/${place(body)}`, RESULT_STATEMENT, body);
      return statement && { type: 'vote', seat, canonicalSeat, statement };
    }
  }
};

/** Which task, round and seat a message speaks of. */
export const placeOf = (
  message: SeatMessage,
): { readonly taskId: TaskId; readonly round: number; readonly seat: number } => {
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
