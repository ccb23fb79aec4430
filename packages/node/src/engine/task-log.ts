import {
  Bytes32,
  type Certificate,
  type Delivery,
  decodeCertificate,
  decodeDelivery,
  decodeOrderMessage,
  decodeSeatMessage,
  decodeWire,
  encodeCertificate,
  encodeDelivery,
  encodeOrderMessage,
  encodeSeatMessage,
  encodeWire,
  fromHex,
  MAX_STREAM_FRAME_BYTES,
  type OrderMessage,
  type OwnResult,
  type SeatMessage,
  TaskId,
  toHex,
} from '@mlb/protocol';
import type { Store, StoreWrite } from '../port/store.ts';

/** What a daemon remembers of one task over a restart. */
export interface LoggedTask {
  readonly taskId: TaskId;
  readonly order: OrderMessage;
  readonly firstSeenMs: number;
  /** This daemon's own requester submitted it. */
  readonly isOwn: boolean;
  readonly result: OwnResult | undefined;
  /** Own statements that were signed, and so may have left. */
  readonly signed: readonly SeatMessage[];
  readonly certificate: Certificate | undefined;
  readonly delivery: Delivery | undefined;
  readonly failedAtMs: number | undefined;
}

/** Durable task records under one prefix of the store. Everything is written before the effect that depends on it. */
export interface TaskLog {
  readonly saveOrder: (taskId: TaskId, order: OrderMessage, firstSeenMs: number, isOwn: boolean) => Promise<void>;
  readonly saveResult: (taskId: TaskId, result: OwnResult) => Promise<void>;
  readonly saveSigned: (taskId: TaskId, message: SeatMessage) => Promise<void>;
  readonly saveCertificate: (taskId: TaskId, certificate: Certificate) => Promise<void>;
  readonly saveDelivery: (taskId: TaskId, delivery: Delivery) => Promise<void>;
  readonly saveFailed: (taskId: TaskId, atMs: number) => Promise<void>;
  readonly forget: (taskId: TaskId) => Promise<void>;
  readonly load: () => Promise<readonly LoggedTask[]>;
}

const PREFIX = 'task/';
const keyOf = (taskId: TaskId, part: string): string => `${PREFIX}${taskId}/${part}`;

const encodeResult = (r: OwnResult): Uint8Array =>
  encodeWire([fromHex(r.resultHash), r.output, fromHex(r.salt), fromHex(r.blindShare), r.execMs]);

const decodeResult = (bytes: Uint8Array): OwnResult => {
  const [hash, output, salt, share, execMs] = decodeWire(bytes, 2 * MAX_STREAM_FRAME_BYTES) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    number,
  ];
  return {
    resultHash: Bytes32(toHex(hash)),
    output,
    salt: Bytes32(toHex(salt)),
    blindShare: Bytes32(toHex(share)),
    execMs,
  };
};

const decodeTask = (taskId: TaskId, parts: ReadonlyMap<string, Uint8Array>): LoggedTask | undefined => {
  const order = parts.get('order');
  const seen = parts.get('seen');
  if (order === undefined || seen === undefined) return undefined;
  const [firstSeenMs, own] = decodeWire(seen, 64) as [number, number];
  const optional = <T>(part: string, decode: (bytes: Uint8Array) => T): T | undefined => {
    const bytes = parts.get(part);
    return bytes === undefined ? undefined : decode(bytes);
  };
  return {
    taskId,
    order: decodeOrderMessage(order),
    firstSeenMs,
    isOwn: own === 1,
    result: optional('result', decodeResult),
    signed: [...parts].filter(([part]) => part.startsWith('signed-')).map(([, bytes]) => decodeSeatMessage(bytes)),
    certificate: optional('certificate', decodeCertificate),
    delivery: optional('delivery', decodeDelivery),
    failedAtMs: optional('failed', (bytes) => decodeWire(bytes, 64) as number),
  };
};

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
    saveResult: (taskId, result) => put(taskId, 'result', encodeResult(result), true),
    saveSigned: (taskId, message) => put(taskId, `signed-${message.type}`, encodeSeatMessage(message), true),
    saveCertificate: (taskId, certificate) => put(taskId, 'certificate', encodeCertificate(certificate), true),
    saveDelivery: (taskId, delivery) => put(taskId, 'delivery', encodeDelivery(delivery), true),
    saveFailed: (taskId, atMs) => put(taskId, 'failed', encodeWire(atMs), false),
    forget: async (taskId) => {
      const writes: StoreWrite[] = [];
      for await (const [key] of store.list(`${PREFIX}${taskId}/`)) writes.push({ key, value: undefined });
      await store.write(writes, { sync: false });
    },
    load: async () => {
      const tasks = new Map<TaskId, Map<string, Uint8Array>>();
      for await (const [key, value] of store.list(PREFIX)) {
        const [id = '', part = ''] = key.slice(PREFIX.length).split('/');
        const taskId = TaskId(id);
        const parts = tasks.get(taskId) ?? new Map<string, Uint8Array>();
        tasks.set(taskId, parts.set(part, value));
      }
      return [...tasks].map(([taskId, parts]) => decodeTask(taskId, parts)).filter((task) => task !== undefined);
    },
  };
};
