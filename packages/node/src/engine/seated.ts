import type { Certificates } from './certificates.ts';
import type { CommitteeMessages } from './committee-messages.ts';
import type { Deliveries } from './delivery.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import type { NoticePlace } from './notice-judge.ts';
import type { Notices } from './notices.ts';
import { restoreCertificate, restoreVerdictVote, signedBefore } from './restore.ts';
import type { TaskRecord } from './task.ts';
import type { NoticeKind } from './task-log.ts';

export interface SeatedParts {
  readonly driver: () => Driver;
  readonly messages: () => CommitteeMessages;
  readonly notices: () => Notices;
  readonly certificates: () => Certificates;
  readonly deliveries: () => Deliveries;
  readonly onChanged: (task: TaskRecord) => void;
}

/** What follows when a round has its seats, or other ones: everything that waited for that. */
export interface Seated {
  readonly onSeated: (task: TaskRecord, round: number) => Promise<void>;
  readonly onNotice: (task: TaskRecord, kind: NoticeKind, place: NoticePlace) => Promise<void>;
}

export const createSeated = (deps: EngineDeps, parts: SeatedParts): Seated => {
  const release = async (task: TaskRecord, round: number): Promise<void> => {
    await parts.messages().release(task, round);
    await parts.certificates().release(task, round);
  };
  return {
    onSeated: async (task, round) => {
      parts.onChanged(task);
      const before = task.hasFailed ? [] : signedBefore(task, round);
      for (const message of before) parts.messages().broadcast(task, round, message);
      await restoreCertificate(deps, parts.driver(), { task, round });
      await restoreVerdictVote(deps, parts.driver(), { task, round });
      await parts.notices().release(task);
      await release(task, round);
      await parts.deliveries().release(task);
    },
    onNotice: async (task, kind, { round, seat }) => {
      if (kind !== 'decline' || seat === undefined) return;
      parts.messages().bringUpToDate(task, seat);
      parts.onChanged(task);
      await release(task, round);
      await parts.notices().release(task);
    },
  };
};
