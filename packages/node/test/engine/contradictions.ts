import {
  COMMIT,
  digestOf,
  LOCK_VOTE,
  RESULT_STATEMENT,
  REVEAL,
  type RecordSchema,
  type SeatMessage,
  type Signed,
  type TaskId,
} from '@mlb/protocol';
import { DOMAIN, secp256k1 } from './cast.ts';

const signedBy = <T>(
  kind: string,
  taskId: TaskId,
  [schema, { body, signature }]: readonly [RecordSchema<T>, Signed<T>],
) => {
  const digest = digestOf(DOMAIN, schema, body);
  return { duty: `${kind} of ${secp256k1.recover(digest, signature)} for ${taskId}`, digest };
};

/** Whose duty a message fulfils, and what it says. */
const saidIn = (message: SeatMessage): { readonly duty: string; readonly digest: string } => {
  switch (message.type) {
    case 'commit':
      return signedBy('commit', message.commit.body.taskId, [COMMIT, message.commit]);
    case 'lock-vote':
      return signedBy('lock vote', message.lockVote.body.taskId, [LOCK_VOTE, message.lockVote]);
    case 'reveal':
      return signedBy('reveal', message.reveal.body.taskId, [REVEAL, message.reveal]);
    case 'vote':
      return signedBy('vote', message.statement.body.taskId, [RESULT_STATEMENT, message.statement]);
  }
};

/** Duties for which one key signed two different statements. */
export const contradictionsIn = (messages: readonly SeatMessage[]): readonly string[] => {
  const said = new Map<string, Set<string>>();
  for (const message of messages) {
    const { duty, digest } = saidIn(message);
    said.set(duty, (said.get(duty) ?? new Set()).add(digest));
  }
  return [...said].flatMap(([duty, digests]) => (digests.size > 1 ? [duty] : []));
};
