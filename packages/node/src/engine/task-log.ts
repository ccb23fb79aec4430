import {
  type Agreed,
  type Certificate,
  type Delivery,
  decodeDelivery,
  decodeOrderMessage,
  decodeWire,
  encodeCertificate,
  encodeDelivery,
  encodeOrderMessage,
  encodeSeatMessage,
  encodeWire,
  type OrderMessage,
  type OwnResult,
  type SeatMessage,
  TaskId,
} from '@mlb/protocol';
import type { Store, StoreWrite } from '../port/store.ts';
import { decodeRound, encodeAgreed, encodeResult, type LoggedRound } from './round-log.ts';

/** What was gossiped of a task besides its certificates. */
export type NoticeKind = 'dissent' | 'round-fail' | 'decline' | 'verdict';

/** One gossiped message as it came; it was judged then, and is judged again when it is read back. */
export interface LoggedNotice {
  readonly kind: NoticeKind;
  readonly bytes: Uint8Array;
}

/** What a daemon remembers of one task over a restart. */
export interface LoggedTask {
  readonly taskId: TaskId;
  readonly order: OrderMessage;
  readonly firstSeenMs: number;
  /** This daemon's own requester submitted it. */
  readonly isOwn: boolean;
  readonly rounds: ReadonlyMap<number, LoggedRound>;
  readonly notices: readonly LoggedNotice[];
  readonly delivery: Delivery | undefined;
  readonly failedAtMs: number | undefined;
}

/** Durable task records under one prefix of the store. Everything is written before the effect that depends on it. */
export interface TaskLog {
  readonly saveOrder: (taskId: TaskId, order: OrderMessage, firstSeenMs: number, isOwn: boolean) => Promise<void>;
  readonly saveResult: (taskId: TaskId, round: number, result: OwnResult) => Promise<void>;
  readonly saveSigned: (taskId: TaskId, round: number, message: SeatMessage) => Promise<void>;
  /** With what opens its digest, where this node holds it. */
  readonly saveCertificate: (taskId: TaskId, certificate: Certificate, agreed: Agreed | undefined) => Promise<void>;
  /** `name` tells notices of one kind apart: the round and seat that speak. */
  readonly saveNotice: (taskId: TaskId, name: string, notice: LoggedNotice) => Promise<void>;
  readonly saveDelivery: (taskId: TaskId, delivery: Delivery) => Promise<void>;
  /** Undefined: a late certificate says that it has not. */
  readonly saveFailed: (taskId: TaskId, atMs: number | undefined) => Promise<void>;
  readonly forget: (taskId: TaskId) => Promise<void>;
  readonly load: () => Promise<readonly LoggedTask[]>;
  readonly read: (taskId: TaskId) => Promise<LoggedTask | undefined>;
}

const PREFIX = 'task/';
const NOTICE_KINDS: readonly NoticeKind[] = ['dissent', 'round-fail', 'decline', 'verdict'];
const keyOf = (taskId: TaskId, part: string): string => `${PREFIX}${taskId}/${part}`;

type Parts = ReadonlyMap<string, Uint8Array>;

/** `<round>/<part>`; records written before there were later rounds have no number, and are of round 0. */
const roundsOf = (parts: Parts): ReadonlyMap<number, LoggedRound> => {
  const byRound = new Map<number, Map<string, Uint8Array>>();
  for (const [path, bytes] of parts) {
    const [, round = '0', part = ''] = /^(?:(\d+)\/)?([a-z-]+)$/.exec(path) ?? [];
    const ofRound = byRound.get(Number(round)) ?? new Map<string, Uint8Array>();
    byRound.set(Number(round), ofRound.set(part, bytes));
  }
  return new Map([...byRound].map(([round, ofRound]) => [round, decodeRound(ofRound)]));
};

const noticesOf = (parts: Parts): readonly LoggedNotice[] =>
  [...parts].flatMap(([path, bytes]) => {
    const kind = NOTICE_KINDS.find((candidate) => path.startsWith(`notice/${candidate}/`));
    return kind === undefined ? [] : [{ kind, bytes }];
  });

const decodeTask = (taskId: TaskId, parts: Parts): LoggedTask | undefined => {
  const order = parts.get('order');
  const seen = parts.get('seen');
  if (order === undefined || seen === undefined) return undefined;
  const [firstSeenMs, own] = decodeWire(seen, 64) as [number, number];
  const delivery = parts.get('delivery');
  const failed = parts.get('failed');
  return {
    taskId,
    order: decodeOrderMessage(order),
    firstSeenMs,
    isOwn: own === 1,
    rounds: roundsOf(parts),
    notices: noticesOf(parts),
    delivery: delivery && decodeDelivery(delivery),
    failedAtMs: failed && (decodeWire(failed, 64) as number),
  };
};

const readParts = async (store: Store, prefix: string): Promise<ReadonlyMap<TaskId, Parts>> => {
  const tasks = new Map<TaskId, Map<string, Uint8Array>>();
  for await (const [key, value] of store.list(prefix)) {
    const [id = '', ...path] = key.slice(PREFIX.length).split('/');
    const taskId = TaskId(id);
    const parts = tasks.get(taskId) ?? new Map<string, Uint8Array>();
    tasks.set(taskId, parts.set(path.join('/'), value));
  }
  return tasks;
};

const load = async (store: Store, prefix: string): Promise<readonly LoggedTask[]> =>
  [...(await readParts(store, prefix))]
    .map(([taskId, parts]) => decodeTask(taskId, parts))
    .filter((task) => task !== undefined);

export const createTaskLog = (store: Store): TaskLog => {
  const put = (taskId: TaskId, part: string, value: Uint8Array, sync: boolean): Promise<void> =>
    store.write([{ key: keyOf(taskId, part), value }], { sync });
  return {
    saveOrder: (taskId, order, firstSeenMs, isOwn) =>
      store.write(
        [
          { key: keyOf(taskId, 'order'), value: encodeOrderMessage(order) },
          { key: keyOf(taskId, 'seen'), value: encodeWire([firstSeenMs, isOwn ? 1 : 0]) },
        ],
        // A stranger's order may be gossiped again; our own must survive a power cut, or its nonce would be used twice.
        { sync: isOwn },
      ),
    saveResult: (taskId, round, result) => put(taskId, `${round}/result`, encodeResult(result), true),
    saveSigned: (taskId, round, message) =>
      put(taskId, `${round}/signed-${message.type}`, encodeSeatMessage(message), true),
    saveCertificate: (taskId, certificate, agreed) => {
      const partOf = (name: string): string => keyOf(taskId, `${certificate.statement.round}/${name}`);
      const opening = agreed === undefined ? [] : [{ key: partOf('agreed'), value: encodeAgreed(agreed) }];
      return store.write([{ key: partOf('certificate'), value: encodeCertificate(certificate) }, ...opening], {
        sync: true,
      });
    },
    saveNotice: (taskId, name, { kind, bytes }) => put(taskId, `notice/${kind}/${name}`, bytes, true),
    saveDelivery: (taskId, delivery) => put(taskId, 'delivery', encodeDelivery(delivery), true),
    saveFailed: (taskId, atMs) =>
      store.write([{ key: keyOf(taskId, 'failed'), value: atMs === undefined ? undefined : encodeWire(atMs) }], {
        sync: false,
      }),
    forget: async (taskId) => {
      const writes: StoreWrite[] = [];
      for await (const [key] of store.list(`${PREFIX}${taskId}/`)) writes.push({ key, value: undefined });
      await store.write(writes, { sync: false });
    },
    load: () => load(store, PREFIX),
    read: async (taskId) => (await load(store, `${PREFIX}${taskId}/`))[0],
  };
};
