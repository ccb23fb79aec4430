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
  VERDICT,
} from '@mlb/protocol';
import { DOMAIN, secp256k1 } from './cast.ts';

const signedBy = <T extends { readonly taskId: TaskId; readonly round: number }>(
  kind: string,
  [schema, { body, signature }]: readonly [RecordSchema<T>, Signed<T>],
) => {
  const digest = digestOf(DOMAIN, schema, body);
  const signer = secp256k1.recover(digest, signature);
  return { duty: `${kind} of ${signer} for round ${body.round} of ${body.taskId}`, digest };
};

/** Whose duty a message fulfils, and what it says. */
const saidIn = (message: SeatMessage): { readonly duty: string; readonly digest: string } | undefined => {
  switch (message.type) {
    case 'commit':
      return signedBy('commit', [COMMIT, message.commit]);
    case 'lock-vote':
      return signedBy('lock vote', [LOCK_VOTE, message.lockVote]);
    case 'reveal':
      return signedBy('reveal', [REVEAL, message.reveal]);
    case 'vote':
      return signedBy('vote', [RESULT_STATEMENT, message.statement]);
    case 'verdict-vote':
      return signedBy('verdict', [VERDICT, message.verdict]);
    case 'earlier-value':
      return undefined;
  }
};

/** Duties for which one key signed two different statements. */
export const contradictionsIn = (messages: readonly SeatMessage[]): readonly string[] => {
  const said = new Map<string, Set<string>>();
  for (const message of messages) {
    const statement = saidIn(message);
    if (statement === undefined) continue;
    const { duty, digest } = statement;
    said.set(duty, (said.get(duty) ?? new Set()).add(digest));
  }
  return [...said].flatMap(([duty, digests]) => (digests.size > 1 ? [duty] : []));
};
