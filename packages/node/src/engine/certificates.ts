import {
  type Certificate,
  type CommitteeKnowledge,
  encodeCertificate,
  mergeCertificates,
  type ResultStatement,
  type TaskId,
  type Verified,
  validateCertificate,
} from '@mlb/protocol';
import type { GossipVerdict } from '../port/gossip.ts';
import { type BoundedMap, createBoundedMap } from './bounded-map.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import type { TaskRecord } from './task.ts';
import type { Tasks } from './tasks.ts';

/** Seat i waits i times this long before it gossips a certificate, and not at all when a fuller one was heard. */
const ANNOUNCE_STAGGER_MS = 150;
const MAX_PARKED = 1024;

export interface Certificates {
  /** Gossips the task's certificate, staggered by seat, unless somebody gossips at least as many signatures first. */
  readonly announce: (task: TaskRecord) => void;
  /** Feeds certificates that came before the task was seated. */
  readonly release: (task: TaskRecord) => Promise<void>;
  /** Forgets what was heard: it was of another committee. */
  readonly forget: (task: TaskRecord) => void;
}

/** What everybody learns of a round: the quorum certificate, merged over all who announce it. */
export const createCertificates = (
  deps: EngineDeps,
  { tasks, driver }: { readonly tasks: Tasks; readonly driver: Driver },
): Certificates => {
  const heard: BoundedMap<TaskId, Certificate> = createBoundedMap(MAX_PARKED);
  const parked: BoundedMap<TaskId, Uint8Array> = createBoundedMap(MAX_PARKED);

  const hear = (certificate: Verified<Certificate>): void => {
    const { taskId } = certificate.statement;
    const before = heard.get(taskId);
    heard.set(taskId, before === undefined ? certificate : (mergeCertificates(before, certificate) ?? before));
  };

  const committeeOf = ({ taskId, round }: ResultStatement): CommitteeKnowledge => {
    const task = tasks.get(taskId);
    if (task === undefined || round !== 0) return { type: 'unknown' };
    if (task.seating === undefined) return { type: 'beacon-pending' };
    const { epoch, seats } = task.seating.params;
    return { type: 'drawn', epoch, seats };
  };

  const judge = async (message: Uint8Array): Promise<GossipVerdict> => {
    const verdict = validateCertificate(message, {
      domain: deps.domain,
      secp256k1: deps.secp256k1,
      committee: committeeOf,
      held: ({ taskId }) => heard.get(taskId),
      snapshot: deps.view.snapshotOf,
    });
    if (verdict.type !== 'accept') {
      deps.meter.count('mlb_rejections_total', { source: 'certificate', code: verdict.code });
      return verdict.type;
    }
    if (verdict.value.type === 'parked') {
      parked.set(verdict.value.certificate.statement.taskId, message);
      return 'accept';
    }
    const { certificate } = verdict.value;
    hear(certificate);
    const task = tasks.get(certificate.statement.taskId);
    if (task !== undefined) await driver.dispatch(task, { type: 'certificate', certificate });
    return 'accept';
  };
  deps.gossip.handle('certificate', judge);

  const isNews = ({ taskId, certificate }: TaskRecord): boolean =>
    certificate !== undefined && certificate.signatures.length > (heard.get(taskId)?.signatures.length ?? 0);

  const publish = (task: TaskRecord): void => {
    task.timers.delete('announce');
    if (task.certificate === undefined || !isNews(task)) return;
    hear(task.certificate);
    deps.gossip
      .publish('certificate', encodeCertificate(task.certificate))
      .catch((error) => deps.log.warn({ taskId: task.taskId, error: String(error) }, 'certificate not gossiped'));
  };

  return {
    announce: (task) => {
      const seat = task.seating?.params.mySeat;
      if (seat === undefined || task.timers.has('announce')) return;
      task.timers.set(
        'announce',
        deps.clock.after(seat * ANNOUNCE_STAGGER_MS, () => publish(task)),
      );
    },
    forget: ({ taskId }) => void heard.take(taskId),
    release: async (task) => {
      const message = parked.take(task.taskId);
      if (message !== undefined) await judge(message);
    },
  };
};
