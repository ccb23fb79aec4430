import { z } from 'zod';
import { AccountName, Bytes32Text, UnixMs, Wei } from './primitive.ts';
import { TASK_STATES, type TaskState, type WaitTarget } from './task-state.ts';

export type { TaskState, WaitTarget } from './task-state.ts';

export interface TaskStep {
  readonly state: TaskState;
  readonly atMs: number;
}

export interface SeatView {
  readonly seat: number;
  readonly operator: string;
  /** stake in MLB times reputation in bps. */
  readonly weight: string;
  /** Its signature is in the certificate. */
  readonly signed: boolean;
  /** Once settled. */
  readonly paidWei?: string | undefined;
}

export interface TaskFees {
  readonly maxFeeWei: string;
  /** Known once agreed, exact once settled. */
  readonly chargedWei?: string | undefined;
  readonly modelFeeWei?: string | undefined;
  readonly treasuryWei?: string | undefined;
  readonly burnWei?: string | undefined;
}

export interface TaskView {
  readonly schema: 'mlb.task/1';
  readonly taskId: string;
  readonly modelId: string;
  readonly modelName?: string | undefined;
  readonly requester: string;
  readonly state: TaskState;
  /** Each state it went through, oldest first. */
  readonly steps: readonly TaskStep[];
  readonly seats: readonly SeatView[];
  /** Share of the committee's weight that signed, in bps. Present once agreed. */
  readonly confidenceBps?: number | undefined;
  readonly fees: TaskFees;
  readonly deadlineAtSec: number;
  /** This node's own execution, when it holds a seat. */
  readonly executionMs?: number | undefined;
  /** What the certificate is about: blinded, the same on every node. */
  readonly resultDigest?: string | undefined;
  readonly batchIndex?: string | undefined;
  /** The transaction that posted the batch. */
  readonly transaction?: string | undefined;
  /** Why it is refundable or failed. */
  readonly reason?: string | undefined;
}

export interface TaskList {
  readonly schema: 'mlb.tasks/1';
  readonly tasks: readonly TaskView[];
}

export const TaskViewSchema: z.ZodType<TaskView> = z.object({
  schema: z.literal('mlb.task/1'),
  taskId: Bytes32Text,
  modelId: Bytes32Text,
  modelName: z.string().optional(),
  requester: z.string(),
  state: z.enum(TASK_STATES),
  steps: z.array(z.object({ state: z.enum(TASK_STATES), atMs: UnixMs })),
  seats: z.array(
    z.object({
      seat: z.number().int(),
      operator: z.string(),
      weight: z.string(),
      signed: z.boolean(),
      paidWei: Wei.optional(),
    }),
  ),
  confidenceBps: z.number().int().optional(),
  fees: z.object({
    maxFeeWei: Wei,
    chargedWei: Wei.optional(),
    modelFeeWei: Wei.optional(),
    treasuryWei: Wei.optional(),
    burnWei: Wei.optional(),
  }),
  deadlineAtSec: z.number().int(),
  executionMs: z.number().optional(),
  resultDigest: z.string().optional(),
  batchIndex: z.string().optional(),
  transaction: z.string().optional(),
  reason: z.string().optional(),
});

export const TaskListSchema: z.ZodType<TaskList> = z.object({
  schema: z.literal('mlb.tasks/1'),
  tasks: z.array(TaskViewSchema),
});

/** One input: KServe v2 JSON (`data`, flat or nested) or raw little-endian bytes; type and shape default to the model's. */
export interface InputValue {
  readonly name: string;
  readonly datatype?: string | undefined;
  readonly shape?: readonly number[] | undefined;
  readonly data?: unknown;
  readonly base64?: string | undefined;
}

export interface SubmitBody {
  readonly model: string;
  readonly inputs: readonly InputValue[];
  readonly redundancy?: number | undefined;
  readonly maxFeeWei?: string | undefined;
  readonly tipPerSeatWei?: string | undefined;
  readonly deadlineInSec?: number | undefined;
  readonly account?: string | undefined;
}

export const SubmitBodySchema: z.ZodType<SubmitBody> = z.strictObject({
  model: z.string().min(1).max(128),
  inputs: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        datatype: z.string().max(16).optional(),
        shape: z.array(z.number().int().nonnegative()).max(16).optional(),
        data: z.unknown().optional(),
        base64: z.base64().optional(),
      }),
    )
    .min(1)
    .max(64),
  redundancy: z.number().int().min(3).max(15).optional(),
  maxFeeWei: Wei.optional(),
  tipPerSeatWei: Wei.optional(),
  deadlineInSec: z.number().int().positive().max(3600).optional(),
  account: AccountName.optional(),
});

/** KServe v2 tensor. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Flat, row-major. Integers beyond 2^53 are decimal strings, NaN and infinities "NaN", "Infinity", "-Infinity". */
  readonly data: readonly (number | string)[];
}

export interface TaskOutput {
  readonly schema: 'mlb.output/1';
  readonly taskId: string;
  readonly outputs: readonly OutputTensor[];
}

export const TaskOutputSchema: z.ZodType<TaskOutput> = z.object({
  schema: z.literal('mlb.output/1'),
  taskId: Bytes32Text,
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.number().int()),
      data: z.array(z.union([z.number(), z.string()])),
    }),
  ),
});

export const TaskIdParamSchema: z.ZodType<{ readonly id: string }> = z.object({ id: Bytes32Text });

export const TaskFilterQuerySchema: z.ZodType<{
  readonly state?: TaskState | undefined;
  readonly limit: number;
}> = z.strictObject({
  state: z.enum(TASK_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const WaitQuerySchema: z.ZodType<{ readonly until: WaitTarget; readonly timeoutMs: number }> = z.strictObject({
  until: z.enum(['agreed', 'settled']),
  timeoutMs: z.coerce.number().int().min(0).max(60_000).default(25_000),
});
