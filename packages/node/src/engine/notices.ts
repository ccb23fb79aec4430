import {
  type CertifiedVerdict,
  type Decline,
  type Dissent,
  encodeCertifiedVerdict,
  encodeDecline,
  encodeDissent,
  encodeRoundFail,
  type RoundFail,
  type Signed,
  type TaskEvent,
  type TaskId,
} from '@mlb/protocol';
import type { GossipVerdict } from '../port/gossip.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { createNoticeJudge, type NoticePlace, type NoticeVerdict } from './notice-judge.ts';
import { createParking, type Parked } from './parking.ts';
import type { TaskRecord } from './task.ts';
import type { LoggedNotice, NoticeKind, TaskLog } from './task-log.ts';
import type { Tasks } from './tasks.ts';

const KINDS: readonly NoticeKind[] = ['decline', 'dissent', 'round-fail', 'verdict'];

/** Seat i waits i times this long before it gossips a verdict, and not at all when one was heard. */
const VERDICT_STAGGER_MS = 150;
const MAX_HEARD = 1024;

/** A statement of our own seat. */
export type OwnNotice =
  | { readonly kind: 'dissent'; readonly signed: Signed<Dissent> }
  | { readonly kind: 'round-fail'; readonly signed: Signed<RoundFail> }
  | { readonly kind: 'decline'; readonly signed: Signed<Decline> };

export interface Notices {
  /** Writes an own notice down, gossips it, and returns what it is to the task's machine. */
  readonly tell: (task: TaskRecord, own: OwnNotice) => Promise<TaskEvent | undefined>;
  /** Writes down the verdict that this node put together, and gossips it unless somebody else does first. */
  readonly tellVerdict: (task: TaskRecord, certified: CertifiedVerdict) => Promise<void>;
  /** Declines that wait for the first committee, as events: it is drawn, and not seated yet. */
  readonly declinesOf: (task: TaskRecord) => Promise<readonly TaskEvent[]>;
  /** Judges again what came before a round of the task was seated. */
  readonly release: (task: TaskRecord) => Promise<void>;
}

export interface NoticesParts {
  readonly tasks: Tasks;
  readonly driver: Driver;
  readonly log: TaskLog;
  /** Somebody speaks of a round that we have not opened. */
  readonly request: (task: TaskRecord, round: number) => void;
  /** A notice is in the machine of its task. */
  readonly onTaken: (task: TaskRecord, kind: NoticeKind, place: NoticePlace) => Promise<void>;
}

const encode = (own: OwnNotice): Uint8Array => {
  switch (own.kind) {
    case 'dissent':
      return encodeDissent(own.signed);
    case 'round-fail':
      return encodeRoundFail(own.signed);
    case 'decline':
      return encodeDecline(own.signed);
  }
};

type Waiting = Parked<TaskId, LoggedNotice>;

/** What an earlier life heard; told by nobody, so that it counts against no peer. */
const restored = ({ taskId, restored: before }: TaskRecord): readonly Waiting[] =>
  (before?.notices ?? []).map((value) => ({ key: taskId, value, from: '', sizeBytes: value.bytes.length }));

const verdictKeyOf = ({ taskId, round }: Pick<NoticePlace, 'taskId' | 'round'>): string => `${taskId}/${round}`;

const nameOf = ({ round, seat, statementHash }: NoticePlace): string =>
  `${round}-${seat ?? 'all'}${statementHash ?? ''}`;

/** What everybody says of a task besides its certificates: declines, dissents, failed rounds, verdicts. */
export const createNotices = (deps: EngineDeps, parts: NoticesParts): Notices => {
  const { tasks, driver, log } = parts;
  const judge = createNoticeJudge(deps, tasks);
  const parking = createParking<TaskId, LoggedNotice>();
  /** By task and round: verdicts that somebody else gossips already. */
  const heardVerdicts = createBoundedMap<string, true>(MAX_HEARD);

  const park = (notice: LoggedNotice, { taskId, round }: NoticePlace, from: string): void => {
    const forgotten = parking.park({ key: taskId, value: notice, from, sizeBytes: notice.bytes.length });
    if (forgotten > 0) deps.meter.count('mlb_dropped_total', { queue: 'parked-notices' }, forgotten);
    const task = tasks.get(taskId);
    if (task !== undefined) parts.request(task, round);
  };

  const take = async (notice: LoggedNotice, { place, event }: Extract<NoticeVerdict, { type: 'verified' }>) => {
    const task = tasks.get(place.taskId);
    if (task === undefined) return;
    await log.saveNotice(place.taskId, nameOf(place), notice);
    await driver.dispatch(task, event);
    await parts.onTaken(task, notice.kind, place);
  };

  const receive = async (notice: LoggedNotice, from: string): Promise<GossipVerdict> => {
    const verdict = judge(notice);
    switch (verdict.type) {
      case 'verified':
        // Only what is proven: a forgery must not keep us from telling the true one.
        if (notice.kind === 'verdict') heardVerdicts.set(verdictKeyOf(verdict.place), true);
        await take(notice, verdict);
        return 'accept';
      case 'parked':
        park(notice, verdict.place, from);
        return 'accept';
      default:
        deps.meter.count('mlb_rejections_total', { source: notice.kind, code: verdict.code });
        return verdict.type;
    }
  };
  const publish = (task: TaskRecord, { kind, bytes }: LoggedNotice): void =>
    void deps.gossip
      .publish(kind, bytes)
      .catch((error) => deps.log.warn({ taskId: task.taskId, error: String(error) }, 'a notice was not gossiped'));

  for (const kind of KINDS) deps.gossip.handle(kind, (bytes, from) => receive({ kind, bytes }, from));

  return {
    tell: async (task, own) => {
      const notice = { kind: own.kind, bytes: encode(own) };
      const verdict = judge(notice);
      if (verdict.type !== 'verified') return undefined;
      await log.saveNotice(task.taskId, nameOf(verdict.place), notice);
      publish(task, notice);
      return verdict.event;
    },
    tellVerdict: async (task, certified) => {
      const { round } = certified.verdict;
      const notice = { kind: 'verdict', bytes: encodeCertifiedVerdict(certified) } as const;
      await log.saveNotice(task.taskId, nameOf({ taskId: task.taskId, round, seat: undefined }), notice);
      const seat = task.seatings.get(round)?.params.mySeat;
      if (seat === undefined) return;
      const name = `${round}/judged`;
      const fire = (): void => {
        task.timers.delete(name);
        if (!heardVerdicts.has(verdictKeyOf({ taskId: task.taskId, round }))) publish(task, notice);
      };
      task.timers.set(name, deps.clock.after(seat * VERDICT_STAGGER_MS, fire));
    },
    declinesOf: async (task) => {
      const waiting = [...parking.take(task.taskId), ...restored(task)];
      const isDecline = ({ value }: Waiting): boolean => value.kind === 'decline';
      for (const parked of waiting) if (!isDecline(parked)) parking.park(parked);
      const events: TaskEvent[] = [];
      for (const { value } of waiting.filter(isDecline)) {
        const verdict = judge(value);
        if (verdict.type !== 'verified') continue;
        await log.saveNotice(task.taskId, nameOf(verdict.place), value);
        events.push(verdict.event);
      }
      return events;
    },
    release: async (task) => {
      for (const { value, from } of parking.take(task.taskId)) await receive(value, from);
    },
  };
};
