import { type ApiApp, type RouteContext, requestSignal } from '../app.ts';
import { ControlError } from '../control-error.ts';
import { ModelListSchema, ModelSignatureSchema, ModelViewSchema, PublishQuerySchema } from '../schema/model.ts';
import { ModelParamSchema } from '../schema/primitive.ts';

/** The largest model file the API takes. */
const MAX_MODEL_BYTES = 256 * 1024 * 1024;

const agreementMode = (query: {
  readonly mode: 'exact' | 'tolerance';
  readonly atol: number;
  readonly rtol: number;
}) =>
  query.mode === 'exact'
    ? ({ type: 'exact' } as const)
    : ({ type: 'tolerance', atol: query.atol, rtol: query.rtol } as const);

/** /v1/models */
export const modelRoutes = (app: ApiApp, context: RouteContext): void => {
  const { models } = context.control;
  app.get(
    '/v1/models',
    { schema: { summary: 'Models of the registry', response: { 200: ModelListSchema } } },
    async () => ({ schema: 'mlb.models/1' as const, models: await models.list() }),
  );
  app.get(
    '/v1/models/:model',
    { schema: { summary: 'One model, by id or name', params: ModelParamSchema, response: { 200: ModelViewSchema } } },
    (request) => models.show(request.params.model),
  );
  app.get(
    '/v1/models/:model/signature',
    {
      schema: { summary: 'Its inputs and outputs', params: ModelParamSchema, response: { 200: ModelSignatureSchema } },
    },
    (request, reply) => models.signature(request.params.model, requestSignal(reply, context)),
  );
  app.post(
    '/v1/models',
    {
      bodyLimit: MAX_MODEL_BYTES,
      schema: {
        summary: 'Publish a model; the body is the .onnx file',
        consumes: ['application/octet-stream'],
        querystring: PublishQuerySchema,
        response: { 200: ModelViewSchema },
      },
    },
    (request, reply) => {
      if (!Buffer.isBuffer(request.body) || request.body.length === 0)
        throw new ControlError('BAD_REQUEST', 'the body must be the model file, as application/octet-stream');
      const { name, priceWei, account } = request.query;
      const bytes = new Uint8Array(request.body.buffer, request.body.byteOffset, request.body.byteLength);
      const listing = { name, priceWei, account, mode: agreementMode(request.query) };
      return models.publish({ ...listing, bytes }, requestSignal(reply, context));
    },
  );
};
