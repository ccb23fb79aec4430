import type { Bytes32 } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { Store } from '../port/store.ts';
import {
  baseWrite,
  type GuardBase,
  type GuardLog,
  type GuardRecord,
  nextRecord,
  recordDelete,
  recordWrite,
} from './guard-log.ts';
import type { HighWater } from './high-water.ts';

/**
 * A duty may be forgotten this long after it was signed. An order lives one hour at most and is refused afterwards by
 * every validator, so nobody can ask for its duties again; six leave room for a clock that is wrong.
 */
const RETENTION_MS = 6 * 3600 * 1000;
/**
 * Prune once so many records have come in since the last time, and never the newest so many: a clock that jumped must
 * not make us forget the tasks of this hour.
 */
const PRUNE_EVERY = 4096;

/** Appends to the guard's log and moves its high-water mark. */
export interface GuardWriter {
  /** Resolves when durable. After a failure, `append` is asked again with `isNew` false. */
  readonly append: (duty: string, digest: Bytes32, isNew: boolean) => Promise<void>;
  readonly prune: () => Promise<void>;
  /** Resolves when nothing is being written. */
  readonly idle: () => Promise<void>;
}

interface Request {
  readonly duty: string;
  readonly digest: Bytes32;
  readonly isNew: boolean;
  readonly done: PromiseWithResolvers<void>;
}

export const createGuardWriter = (options: {
  readonly store: Store;
  readonly highWater: HighWater;
  readonly clock: Clock;
  readonly log: GuardLog;
  /** Told which duties were pruned. */
  readonly onForget: (duty: string) => void;
}): GuardWriter => {
  const { store, highWater, clock, log, onForget } = options;
  const kept: GuardRecord[] = [...log.records];
  let head: GuardBase = log.records.at(-1) ?? log.base;
  /** Records of failed writes stay here and are written again as they are: a sequence number never means two things. */
  let unwritten: GuardRecord[] = [];
  let sincePrune = 0;
  let queue: Request[] = [];
  let writing: Promise<void> | undefined;

  const prune = async (): Promise<void> => {
    sincePrune = 0;
    const cutoffMs = clock.nowMs() - RETENTION_MS;
    const firstYoung = kept.findIndex(({ atMs }) => atMs >= cutoffMs);
    const old = firstYoung < 0 ? kept.length : firstYoung;
    const dropped = kept.slice(0, Math.max(0, Math.min(old, kept.length - PRUNE_EVERY)));
    const last = dropped.at(-1);
    if (last === undefined) return;
    await store.write([baseWrite(last), ...dropped.map(({ sequence }) => recordDelete(sequence))], { sync: true });
    kept.splice(0, dropped.length);
    for (const { duty } of dropped) onForget(duty);
  };

  const chain = (batch: readonly Request[]): void => {
    for (const { duty, digest, isNew } of batch) {
      if (isNew) unwritten.push(nextRecord(unwritten.at(-1) ?? head, duty, digest, clock.nowMs()));
    }
  };

  /** One synced write and one mark for all who wait: group commit. */
  const commit = async (): Promise<void> => {
    const last = unwritten.at(-1);
    if (last === undefined) return;
    await store.write(unwritten.map(recordWrite), { sync: true });
    await highWater.write({ sequence: last.sequence, hash: last.hash });
    kept.push(...unwritten);
    sincePrune += unwritten.length;
    unwritten = [];
    head = last;
  };

  const writeQueue = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      chain(batch);
      try {
        await commit();
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
      // Pruning that fails is tried again later: it only saves space.
      if (sincePrune >= PRUNE_EVERY) await prune().catch(() => undefined);
    }
    writing = undefined;
  };

  return {
    append: (duty, digest, isNew) => {
      const done = Promise.withResolvers<void>();
      queue.push({ duty, digest, isNew, done });
      writing ??= writeQueue();
      return done.promise;
    },
    prune,
    idle: async () => await writing,
  };
};
