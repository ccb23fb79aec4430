import type { Bytes32 } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { Execution, ExecutionFailure, ExecutionOutcome, Executor } from '../port/executor.ts';
import { tensorComplaint } from './input-check.ts';
import { createJob, type Job } from './job.ts';
import { createModelHost, type ModelHost } from './model-host.ts';
import type { SandboxFactory } from './sandbox.ts';

export interface PoolLimits {
  /** Sandboxes alive at once, one model each: the least recently used idle one makes room. */
  readonly maxSandboxes: number;
  /** Executions waiting for one; more are OVERLOADED. */
  readonly maxQueued: number;
  /** A sandbox that used more CPU is replaced before its hard limit could hit a run. */
  readonly maxCpuMs: number;
}

export interface PoolDeps {
  readonly sandboxes: SandboxFactory;
  readonly clock: Clock;
  readonly limits: PoolLimits;
}

/** A refused model stays refused: it is not fetched and judged again for each order. */
const MAX_REFUSALS_KEPT = 256;

interface Slot {
  readonly modelSha256: Bytes32;
  readonly host: ModelHost;
  busy: boolean;
}

const failed = (reason: ExecutionFailure, detail: string): ExecutionOutcome => ({ type: 'failed', reason, detail });

const CLOSED = failed('CRASH', 'the executor is closed');

/** An executor over sandboxes: one run at a time in each, jobs of one model in order, whatever failed is replaced. */
export const createPool = ({ sandboxes, clock, limits }: PoolDeps): Executor => {
  const waiting: Job[] = [];
  const running = new Set<Job>();
  /** Least recently used first. */
  let slots: readonly Slot[] = [];
  const refusals = new Map<Bytes32, ExecutionOutcome>();
  const dying = new Set<Promise<void>>();
  let isClosed = false;

  const discard = (slot: Slot): void => {
    slots = slots.filter((other) => other !== slot);
    const gone = slot.host.kill().finally(() => dying.delete(gone));
    dying.add(gone);
  };

  const openSlot = (modelSha256: Bytes32): Slot | undefined => {
    if (slots.length >= limits.maxSandboxes) {
      const idle = slots.find((slot) => !slot.busy);
      if (idle === undefined) return undefined;
      discard(idle);
    }
    const slot: Slot = { modelSha256, host: createModelHost(sandboxes, modelSha256), busy: false };
    slots = [...slots, slot];
    return slot;
  };

  const slotFor = (modelSha256: Bytes32): Slot | undefined => {
    const existing = slots.find((slot) => slot.modelSha256 === modelSha256);
    if (existing === undefined) return openSlot(modelSha256);
    return existing.busy ? undefined : existing;
  };

  const remember = (modelSha256: Bytes32, outcome: ExecutionOutcome): void => {
    if (outcome.type !== 'failed' || outcome.reason !== 'REFUSED_MODEL') return;
    const [oldest] = refusals.keys();
    if (refusals.size >= MAX_REFUSALS_KEPT && oldest !== undefined) refusals.delete(oldest);
    refusals.set(modelSha256, outcome);
  };

  const runOn = async (slot: Slot, job: Job): Promise<void> => {
    slot.busy = true;
    running.add(job);
    // The most recently used stands last.
    slots = [...slots.filter((other) => other !== slot), slot];
    // Given up in the middle: only killing the sandbox ends a run.
    job.onGivenUp(() => discard(slot));
    const result = await slot.host.run(job.execution);
    running.delete(job);
    slot.busy = false;
    if (!job.isSettled()) {
      if (result.type === 'threw') job.reject(result.error);
      else {
        remember(job.execution.modelSha256, result.outcome);
        job.resolve(result.outcome);
      }
      if (result.type === 'threw' || result.isSpent || result.cpuMs > limits.maxCpuMs) discard(slot);
    }
    pump();
  };

  const pump = (): void => {
    for (const job of [...waiting]) {
      const slot = isClosed ? undefined : slotFor(job.execution.modelSha256);
      if (slot === undefined) continue;
      waiting.splice(waiting.indexOf(job), 1);
      void runOn(slot, job);
    }
  };

  const execute = async (execution: Execution, signal: AbortSignal): Promise<ExecutionOutcome> => {
    signal.throwIfAborted();
    if (isClosed) return CLOSED;
    const refusal = refusals.get(execution.modelSha256);
    if (refusal !== undefined) return refusal;
    const complaint = tensorComplaint(execution.inputs);
    if (complaint !== undefined) return failed('BAD_INPUT', complaint);
    if (waiting.length >= limits.maxQueued) {
      return failed('OVERLOADED', `${waiting.length} executions wait already; submit again later`);
    }
    const job = createJob(execution, clock, signal);
    waiting.push(job);
    job.onGivenUp(() => {
      const index = waiting.indexOf(job);
      if (index >= 0) waiting.splice(index, 1);
    });
    pump();
    return job.outcome;
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    for (const job of [...waiting, ...running]) job.giveUp(CLOSED);
    for (const slot of slots) discard(slot);
    await Promise.all(dying);
    await sandboxes.close();
  };

  return { execute, close };
};
