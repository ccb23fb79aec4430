import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ControlError } from './control-error.ts';
import { type ApiErrorCode, HTTP_STATUS } from './error-code.ts';
import type { ApiErrorBody } from './schema/error.ts';

export const faultBody = (code: ApiErrorCode, message: string, next = ''): ApiErrorBody => ({
  error: { code, message, next },
});

const SCHEMA_HINT = 'GET /openapi.json describes every request';

const describeIssues = (error: FastifyError): string =>
  (error.validation ?? [])
    .map(({ instancePath, message }) => {
      const where = `${error.validationContext ?? 'request'}${instancePath.replaceAll('/', '.')}`;
      return `${where}: ${message ?? 'invalid'}`;
    })
    .join('; ');

/** The refusals of fastify's own parsing. */
const parsingFault = (error: FastifyError): ControlError | undefined => {
  if (hasZodFastifySchemaValidationErrors(error))
    return new ControlError('BAD_REQUEST', describeIssues(error), { next: SCHEMA_HINT });
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ControlError('BODY_TOO_LARGE', 'the request body is larger than this route accepts');
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new ControlError('BAD_REQUEST', error.message, { next: SCHEMA_HINT });
  return undefined;
};

/** Any thrown value as the API's JSON error; what nobody expected tells its text only to `report`. */
export const createErrorHandler =
  (report: (error: unknown) => void) =>
  (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    const fault = error instanceof ControlError ? error : parsingFault(error);
    if (fault === undefined) {
      report(error);
      void reply
        .code(500)
        .send(
          faultBody(
            'INTERNAL',
            'the daemon failed at this request; its log says how',
            'see the log of `mlb node start`',
          ),
        );
      return;
    }
    void reply.code(HTTP_STATUS[fault.code]).send(faultBody(fault.code, fault.message, fault.next));
  };
