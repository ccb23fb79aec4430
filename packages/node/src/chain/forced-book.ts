import { type Address, type TaskId, type TaskOrder, UNIT_WEI } from '@mlb/protocol';
import type { ChainEvent } from '../port/chain.ts';
import type { UndoLog } from './undo.ts';

/** An order that its requester put on chain, so that nobody can censor it (the white paper's submitTask). */
export interface ForcedTask {
  readonly taskId: TaskId;
  readonly order: TaskOrder;
  /** Empty unless the order says inline. */
  readonly inlineInput: Uint8Array;
  readonly block: bigint;
  /** open: its maxFee is set aside; settled: a batch used its nonce; refunded: the money is free again. */
  readonly state: 'open' | 'settled' | 'refunded';
}

export interface ForcedBook {
  readonly get: (taskId: TaskId) => ForcedTask | undefined;
  /** Oldest first. */
  readonly all: () => readonly ForcedTask[];
  /** Escrow units set aside for the requester's open forced orders. */
  readonly lockedUnitsOf: (requester: Address) => bigint;
  readonly apply: (event: ChainEvent, block: bigint) => void;
}

/** As TaskInbox: rounded up, what is set aside must cover the fee. */
const unitsOf = ({ maxFee }: TaskOrder): bigint => (maxFee + UNIT_WEI - 1n) / UNIT_WEI;

export const createForcedBook = (undo: UndoLog): ForcedBook => {
  const tasks = undo.map<TaskId, ForcedTask>();
  const locked = undo.map<Address, bigint>();
  const lock = ({ order }: Pick<ForcedTask, 'order'>, sign: 1n | -1n): void =>
    locked.set(order.requester, (locked.get(order.requester) ?? 0n) + sign * unitsOf(order));
  return {
    get: tasks.get,
    all: () => [...tasks.values()],
    lockedUnitsOf: (requester) => locked.get(requester) ?? 0n,
    apply: (event, block) => {
      if (event.type === 'task-forced') {
        const { taskId, order, inlineInput } = event;
        tasks.set(taskId, { taskId, order, inlineInput, block, state: 'open' });
        lock(event, 1n);
      }
      if (event.type !== 'task-closed') return;
      const task = tasks.get(event.taskId);
      if (task === undefined) return;
      tasks.set(event.taskId, { ...task, state: event.isSettled ? 'settled' : 'refunded' });
      lock(task, -1n);
    },
  };
};
