import type { Address, TaskId, TaskOrder } from '@mlb/protocol';
import type { TaskRecord } from './task.ts';

/** The tasks a node follows, by id and by (requester, nonce), with what open orders hold of their requesters' money. */
export interface Tasks {
  readonly get: (taskId: TaskId) => TaskRecord | undefined;
  readonly byNonce: (requester: Address, nonce: bigint) => TaskRecord | undefined;
  readonly add: (task: TaskRecord) => void;
  readonly remove: (task: TaskRecord) => void;
  readonly all: () => Iterable<TaskRecord>;
  /** Orders that may still be charged, and the sum of their maxFee in wei. */
  readonly openOf: (requester: Address) => { readonly count: number; readonly reservedWei: bigint };
  readonly size: () => number;
}

const nonceKey = (requester: Address, nonce: bigint): string => `${requester}:${nonce}`;
/** Its charge is still to come: a posted task was debited already. */
const isOpen = ({ phase }: TaskRecord): boolean => phase !== 'posted' && phase !== 'settled' && phase !== 'refunded';

export const createTasks = (): Tasks => {
  const byId = new Map<TaskId, TaskRecord>();
  const byNonce = new Map<string, TaskRecord>();
  const byRequester = new Map<Address, Set<TaskRecord>>();
  const bodyOf = (task: TaskRecord): TaskOrder => task.order.order.body;
  return {
    get: (taskId) => byId.get(taskId),
    byNonce: (requester, nonce) => byNonce.get(nonceKey(requester, nonce)),
    add: (task) => {
      const { requester, nonce } = bodyOf(task);
      byId.set(task.taskId, task);
      byNonce.set(nonceKey(requester, nonce), task);
      byRequester.set(requester, (byRequester.get(requester) ?? new Set()).add(task));
    },
    remove: (task) => {
      const { requester, nonce } = bodyOf(task);
      byId.delete(task.taskId);
      byNonce.delete(nonceKey(requester, nonce));
      const own = byRequester.get(requester);
      own?.delete(task);
      if (own?.size === 0) byRequester.delete(requester);
    },
    all: () => byId.values(),
    openOf: (requester) => {
      const open = [...(byRequester.get(requester) ?? [])].filter(isOpen);
      return { count: open.length, reservedWei: open.reduce((sum, task) => sum + bodyOf(task).maxFee, 0n) };
    },
    size: () => byId.size,
  };
};
