import type { RoundEvent } from '@mlb/protocol';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { executeTask } from './execution.ts';
import type { TaskRecord } from './task.ts';

/** Starts the execution of a seat in the background; its end comes back as an event on the task's queue. */
export const launchExecution = (
  deps: EngineDeps,
  driver: Driver,
  { task, signal }: { readonly task: TaskRecord; readonly signal: AbortSignal },
): void => {
  const model = deps.view.model(task.order.order.body.modelId);
  const executor = deps.operator?.executor;
  if (executor === undefined || model === undefined || task.seating === undefined) return;
  const { execMs: deadlineMs } = task.seating.params.timing;
  const run = async (): Promise<void> => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    const execution = await executeTask({ ...deps, executor }, { task, model, deadlineMs }, bounded);
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
    await driver.dispatch(task, event);
  };
  run().catch((error) => deps.log.error({ taskId: task.taskId, error: String(error) }, 'execution ended in an error'));
};
