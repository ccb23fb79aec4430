import type { Clock } from '../port/clock.ts';
import type { Execution, ExecutionOutcome } from '../port/executor.ts';

/** One call of `execute` on its way to an outcome, which the deadline or the signal may bring first. */
export interface Job {
  readonly execution: Execution;
  readonly outcome: Promise<ExecutionOutcome>;
  readonly isSettled: () => boolean;
  readonly resolve: (outcome: ExecutionOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** Settles before the work is done, and calls what `onGivenUp` registered last. */
  readonly giveUp: (outcome: ExecutionOutcome) => void;
  readonly onGivenUp: (callback: () => void) => void;
}

export const createJob = (execution: Execution, clock: Clock, signal: AbortSignal): Job => {
  const { promise, resolve, reject } = Promise.withResolvers<ExecutionOutcome>();
  let isSettled = false;
  let abandon = (): void => {};
  const settle = (how: () => void): boolean => {
    if (isSettled) return false;
    isSettled = true;
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
    how();
    return true;
  };
  const giveUp = (how: () => void): void => {
    if (settle(how)) abandon();
  };
  const detail = `no result within ${execution.deadlineMs} ms`;
  const cancelTimer = clock.after(execution.deadlineMs, () =>
    giveUp(() => resolve({ type: 'failed', reason: 'TIMEOUT', detail })),
  );
  const onAbort = (): void => giveUp(() => reject(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    execution,
    outcome: promise,
    isSettled: () => isSettled,
    resolve: (outcome) => void settle(() => resolve(outcome)),
    reject: (error) => void settle(() => reject(error)),
    giveUp: (outcome) => giveUp(() => resolve(outcome)),
    onGivenUp: (callback) => {
      abandon = callback;
    },
  };
};
