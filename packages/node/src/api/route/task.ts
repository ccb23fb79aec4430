import { TaskId } from '@mlb/protocol';
import { type ApiApp, type RouteContext, requestSignal } from '../app.ts';
import {
  SubmitBodySchema,
  TaskFilterQuerySchema,
  TaskIdParamSchema,
  TaskListSchema,
  TaskOutputSchema,
  TaskViewSchema,
  WaitQuerySchema,
} from '../schema/task.ts';
import { tensorsFromInputs, tensorToOutput } from '../tensor-json.ts';

/** Inputs of one task as JSON or base64. */
const MAX_SUBMIT_BYTES = 32 * 1024 * 1024;

const submitRoute = (app: ApiApp, context: RouteContext): void => {
  const { models, tasks } = context.control;
  app.post(
    '/v1/tasks',
    {
      bodyLimit: MAX_SUBMIT_BYTES,
      schema: { summary: 'Order an inference', body: SubmitBodySchema, response: { 200: TaskViewSchema } },
    },
    async (request, reply) => {
      const { model, inputs, ...options } = request.body;
      const signal = requestSignal(reply, context);
      const signature = await models.signature(model, signal);
      const submission = {
        redundancy: options.redundancy,
        maxFeeWei: options.maxFeeWei,
        tipPerSeatWei: options.tipPerSeatWei,
        deadlineInSec: options.deadlineInSec,
        account: options.account,
      };
      return tasks.submit({ ...submission, model, inputs: tensorsFromInputs(inputs, signature.inputs) }, signal);
    },
  );
};

const waitRoute = (app: ApiApp, context: RouteContext): void => {
  const { tasks } = context.control;
  app.get(
    '/v1/tasks/:id/wait',
    {
      schema: {
        summary: 'The task once it reached `until` or never will; as it is when timeoutMs passes first',
        params: TaskIdParamSchema,
        querystring: WaitQuerySchema,
        response: { 200: TaskViewSchema },
      },
    },
    async (request, reply) => {
      const taskId = TaskId(request.params.id);
      const expired = AbortSignal.timeout(request.query.timeoutMs);
      const signal = AbortSignal.any([requestSignal(reply, context), expired]);
      try {
        return await tasks.waitFor(taskId, request.query.until, signal);
      } catch (error) {
        if (!expired.aborted) throw error;
        return await tasks.show(taskId);
      }
    },
  );
};

/** /v1/tasks */
export const taskRoutes = (app: ApiApp, context: RouteContext): void => {
  const { tasks } = context.control;
  submitRoute(app, context);
  waitRoute(app, context);
  app.get(
    '/v1/tasks',
    {
      schema: {
        summary: 'Tasks this node knows, newest first',
        querystring: TaskFilterQuerySchema,
        response: { 200: TaskListSchema },
      },
    },
    async ({ query: { state, limit } }) => ({
      schema: 'mlb.tasks/1' as const,
      tasks: await tasks.list({ states: state === undefined ? [] : [state], limit }),
    }),
  );
  app.get(
    '/v1/tasks/:id',
    { schema: { summary: 'One task', params: TaskIdParamSchema, response: { 200: TaskViewSchema } } },
    (request) => tasks.show(TaskId(request.params.id)),
  );
  app.get(
    '/v1/tasks/:id/receipt',
    { schema: { summary: 'What `mlb task verify` checks offline', params: TaskIdParamSchema } },
    async (request, reply) =>
      reply.type('application/json; charset=utf-8').send(await tasks.receipt(TaskId(request.params.id))),
  );
  app.get(
    '/v1/tasks/:id/output',
    { schema: { summary: 'The agreed tensors', params: TaskIdParamSchema, response: { 200: TaskOutputSchema } } },
    async (request) => {
      const taskId = TaskId(request.params.id);
      const outputs = (await tasks.output(taskId)).map(tensorToOutput);
      return { schema: 'mlb.output/1' as const, taskId, outputs };
    },
  );
};
