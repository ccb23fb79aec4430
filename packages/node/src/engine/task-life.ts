import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { memoryOf } from './restore.ts';
import { seedBlockOfRound, taskParamsOf } from './seating.ts';
import type { TaskRecord } from './task.ts';
import type { LoggedTask, TaskLog } from './task-log.ts';

export interface TaskLife {
  /** Starts the machine of a task, or does nothing while the model or epoch is unknown. */
  readonly open: (task: TaskRecord) => Promise<void>;
  /** Ends it: a seed block above `ancestor` is gone. What earlier rounds said stays known. */
  readonly close: (task: TaskRecord, ancestor: bigint) => Promise<void>;
}

/** From the first seed block of a task to a reorg that takes one away. */
export const createTaskLife = (
  deps: EngineDeps,
  {
    driver,
    log,
    forget,
  }: { readonly driver: Driver; readonly log: TaskLog; readonly forget: (task: TaskRecord) => void },
): TaskLife => {
  /** What was said in rounds whose seed block is still there. */
  const kept = async (task: TaskRecord, ancestor: bigint): Promise<LoggedTask | undefined> => {
    const isKept = (round: number): boolean => seedBlockOfRound(deps, task, round) <= ancestor;
    if (!isKept(0)) return undefined;
    const logged = await log.read(task.taskId);
    return logged && { ...logged, rounds: new Map([...logged.rounds].filter(([round]) => isKept(round))) };
  };

  return {
    open: async (task) => {
      const params = taskParamsOf(deps, task);
      if (params !== undefined) await driver.open(task, { params, memory: memoryOf(task) });
    },
    close: async (task, ancestor) => {
      await driver.close(task);
      task.restored = await kept(task, ancestor);
      forget(task);
      for (const rounds of [task.seatings, task.certificates, task.awaited, task.disputed, task.delivered])
        rounds.clear();
      task.settleable = undefined;
      task.hasFailed = false;
      task.isAuditDecided = false;
      task.certifiedAtBlock = undefined;
      task.hasDissented = false;
      if (task.restored === undefined) task.delivery = undefined;
    },
  };
};
