import type { RoundEvent } from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { executeTask } from './execution.ts';
import type { TaskRecord } from './task.ts';
import type { Workload } from './workload.ts';

/** Starts the execution of a seat in the background; its end comes back as an event on the task's queue. */
export const launchExecution = (
  deps: EngineDeps,
  driver: Driver,
  {
    task,
    round,
    workload,
    signal,
  }: {
    readonly task: TaskRecord;
    readonly round: number;
    readonly workload: Workload;
    readonly signal: AbortSignal;
  },
): void => {
  const model = deps.view.model(task.order.order.body.modelId);
  const executor = deps.operator?.executor;
  if (executor === undefined || model === undefined) return;
  const { execMs: deadlineMs } = deps.params.timing;
  const run = async (): Promise<void> => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    const end = workload.begin(model.modelId);
    const execution = await executeTask({ ...deps, executor }, { task, model, deadlineMs }, bounded);
    end(execution.type === 'done' ? execution.execMs : undefined);
    const event: RoundEvent =
      execution.type === 'done' ? { type: 'executed', result: execution.result } : { type: 'execution-failed' };
    if (execution.type === 'done') {
      deps.meter.observe('mlb_execution_seconds', execution.execMs / 1000, {});
      deps.meter.count('mlb_executions_total', { outcome: 'done' });
      task.times = { ...task.times, executedMs: deps.clock.nowMs() };
      task.executionMs = execution.execMs;
    } else {
      deps.meter.count('mlb_executions_total', { outcome: execution.reason });
      deps.log.warn({ taskId: task.taskId, reason: execution.reason, detail: execution.detail }, 'execution failed');
    }
    await driver.dispatch(task, { type: 'round', round, event });
  };
  run().catch((error) => deps.log.error({ taskId: task.taskId, error: String(error) }, 'execution ended in an error'));
};
