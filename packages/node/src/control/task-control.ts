import {
  DEFAULT_REDUNDANCY,
  decodeCanonical,
  encodeReceiptJson,
  MAX_INLINE_TENSOR_BYTES,
  type TaskId,
} from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { TaskControl, TaskSubmission } from '../api/daemon.ts';
import { isWaitOver } from '../api/schema/task-state.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';
import { createNonces, createOrder, type RequesterKey } from '../engine/requester.ts';
import type { TaskRecord } from '../engine/task.ts';
import type { AdmittedModels } from './admitted-models.ts';
import { asControlError } from './chain-action.ts';
import { findModel } from './find-model.ts';
import { receiptOf } from './task-receipt.ts';
import { stateOf, viewOfTask } from './task-view.ts';

export interface TaskControlParts {
  readonly deps: EngineDeps;
  readonly engine: Engine;
  readonly admitted: AdmittedModels;
  /** ACCOUNT_UNKNOWN, ACCOUNT_LOCKED. */
  readonly requesterKey: (account: string | undefined) => Promise<RequesterKey>;
  /** Seconds an order lives when the submission does not say. */
  readonly defaultDeadlineSec: number;
}

const REFUSALS: Readonly<
  Record<
    string,
    { readonly code: 'NOT_ENOUGH_ESCROW' | 'OVERLOADED' | 'BAD_INPUT' | 'SHUTTING_DOWN'; readonly why: string }
  >
> = {
  NO_FUNDS: { code: 'NOT_ENOUGH_ESCROW', why: 'the free escrow of the requester does not cover the maximum fee' },
  FEE_TOO_LOW: { code: 'BAD_INPUT', why: 'the maximum fee is below the quote of this model' },
  TOO_MANY_OPEN: { code: 'OVERLOADED', why: 'the requester has too many open orders' },
  SHUTTING_DOWN: { code: 'SHUTTING_DOWN', why: 'this node is shutting down' },
  OVERLOADED: { code: 'OVERLOADED', why: 'this node follows as many tasks as it can' },
};

const refused = (code: string): ControlError => {
  const known = REFUSALS[code];
  const next = known?.code === 'NOT_ENOUGH_ESCROW' ? 'mlb escrow deposit AMOUNT' : undefined;
  return new ControlError(
    known?.code ?? 'BAD_INPUT',
    `the order was refused (${code}): ${known?.why ?? 'it breaks a rule'}`,
    { next },
  );
};

/** Orders out, results in. */
export const createTaskControl = ({
  deps,
  engine,
  admitted,
  requesterKey,
  defaultDeadlineSec,
}: TaskControlParts): TaskControl => {
  const nonces = createNonces(deps);

  const find = (taskId: TaskId): TaskRecord => {
    const task = engine.task(taskId);
    if (task === undefined)
      throw new ControlError('TASK_UNKNOWN', `this node knows no task ${taskId}`, { next: 'mlb task ls' });
    return task;
  };

  const submit = async (submission: TaskSubmission, signal: AbortSignal): Promise<TaskRecord> => {
    const model = findModel(deps.view, submission.model);
    const key = await requesterKey(submission.account);
    const message = await createOrder(
      { ...deps, nonces },
      key,
      {
        model,
        computeUnits: await admitted.priceOf(model, submission.inputs, signal),
        inputs: submission.inputs,
        redundancy: submission.redundancy ?? DEFAULT_REDUNDANCY,
        maxFeeWei: submission.maxFeeWei === undefined ? undefined : BigInt(submission.maxFeeWei),
        tipPerSeatWei: BigInt(submission.tipPerSeatWei ?? 0),
        deadlineInSec: submission.deadlineInSec ?? defaultDeadlineSec,
      },
      signal,
    );
    const task = await engine.submit(message);
    if ('refused' in task) throw refused(task.refused);
    return task;
  };

  /** An output too large for a delivery frame would come by CID: not in this version. */
  const requireOutput = (task: TaskRecord): Uint8Array => {
    const output = task.delivery?.output;
    if (output !== undefined) return output;
    const why =
      task.certificate === undefined ? 'it has no certificate yet' : 'its output was delivered to another peer';
    throw new ControlError(
      'NOT_READY',
      `task ${task.taskId}: ${why} (outputs up to ${MAX_INLINE_TENSOR_BYTES} bytes)`,
      {
        next: `mlb task watch ${task.taskId}`,
      },
    );
  };

  const waitFor: TaskControl['waitFor'] = (taskId, until, signal) => {
    const task = find(taskId);
    // Only the requester gets the output, and whoever waits here wants to read it.
    const isComing = (): boolean => task.isOwn && task.delivery === undefined;
    const isOver = (): boolean => isWaitOver(stateOf(task), until) && (stateOf(task) !== 'agreed' || !isComing());
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        stop();
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        finish();
        reject(signal.reason);
      };
      const look = (): void => {
        if (!isOver()) return;
        finish();
        resolve(viewOfTask(task, deps.view));
      };
      const stop = engine.onTask((changed) => {
        if (changed === task) look();
      });
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else look();
    });
  };

  return {
    submit: async (submission, signal) => {
      const task = await submit(submission, signal).catch((error: unknown) => {
        throw asControlError(error);
      });
      return viewOfTask(task, deps.view);
    },
    list: async ({ states, limit }) =>
      [...engine.tasks()]
        .filter((task) => states.length === 0 || states.includes(stateOf(task)))
        .sort((a, b) => b.times.admittedMs - a.times.admittedMs)
        .slice(0, limit)
        .map((task) => viewOfTask(task, deps.view)),
    show: async (taskId) => viewOfTask(find(taskId), deps.view),
    waitFor,
    receipt: async (taskId) => {
      const task = find(taskId);
      requireOutput(task);
      return encodeReceiptJson(await receiptOf(deps, task));
    },
    output: async (taskId) => decodeCanonical(requireOutput(find(taskId))),
  };
};
