import { join } from 'node:path';
import {
  COMMIT,
  type Domain,
  digestOf,
  dutyOf,
  LOCK_VOTE,
  RESULT_STATEMENT,
  REVEAL,
  type SeatMessage,
  VERDICT,
} from '@mlb/protocol';
import { homePaths } from '../../src/config/home.ts';
import { createTaskLog, type LoggedTask } from '../../src/engine/task-log.ts';
import { readGuardLog } from '../../src/signing/guard-log.ts';
import { openLevelStore } from '../../src/store/level.ts';

/** What the disk of a stopped daemon says that it signed. */
export interface SignedDuties {
  /** Digests that the guard wrote down, by duty: one each, or something was signed twice. */
  readonly guarded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Seat messages that may have left, each as `kind/taskId` and digest. */
  readonly sent: readonly { readonly duty: string; readonly digest: string }[];
}

const said = (domain: Domain, message: SeatMessage): SignedDuties['sent'] => {
  const { taskId, round } = dutyOf(message);
  const duty = (kind: string, digest: string) => [{ duty: `${kind}/${taskId}/${round}`, digest }];
  switch (message.type) {
    case 'commit':
      return duty('commit', digestOf(domain, COMMIT, message.commit.body));
    case 'lock-vote':
      return duty('lock', digestOf(domain, LOCK_VOTE, message.lockVote.body));
    case 'reveal':
      return duty('reveal', digestOf(domain, REVEAL, message.reveal.body));
    case 'vote':
      return duty('statement', digestOf(domain, RESULT_STATEMENT, message.statement.body));
    case 'verdict-vote':
      return duty('verdict', digestOf(domain, VERDICT, message.verdict.body));
    case 'earlier-value':
      return [];
  }
};

const signedIn = (rounds: LoggedTask['rounds']): readonly SeatMessage[] =>
  [...rounds.values()].flatMap(({ signed }) => signed);

/** Opens the home as the daemon would, guard log checked from its first record to its last. */
export const readSignedDuties = async (home: string, domain: Domain): Promise<SignedDuties> => {
  const store = await openLevelStore(join(homePaths(home).storeDirectory, 'level'), { create: false });
  try {
    const guarded = new Map<string, Set<string>>();
    for (const { duty, digest } of (await readGuardLog(store)).records) {
      // Without the scope of deployment and key that the signer puts before it.
      const name = duty.split('/').slice(2).join('/');
      guarded.set(name, (guarded.get(name) ?? new Set()).add(digest));
    }
    const tasks = await createTaskLog(store).load();
    return {
      guarded,
      sent: tasks.flatMap(({ rounds }) => signedIn(rounds).flatMap((message) => said(domain, message))),
    };
  } finally {
    await store.close();
  }
};
