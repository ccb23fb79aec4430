import type { ApiApp, RouteContext } from '../app.ts';
import {
  EvidenceIdSchema,
  EvidenceListSchema,
  EvidenceSubmitBodySchema,
  EvidenceViewSchema,
} from '../schema/evidence.ts';

/** /v1/evidence */
export const evidenceRoutes = (app: ApiApp, { control }: RouteContext): void => {
  const { evidence } = control;
  const response = { 200: EvidenceViewSchema };
  app.get(
    '/v1/evidence',
    { schema: { summary: 'What this daemon can prove against operators', response: { 200: EvidenceListSchema } } },
    async () => ({ schema: 'mlb.evidence-list/1' as const, evidence: await evidence.list() }),
  );
  app.get(
    '/v1/evidence/:id',
    { schema: { summary: 'One piece of evidence', params: EvidenceIdSchema, response } },
    (request) => evidence.show(request.params.id),
  );
  app.post(
    '/v1/evidence/:id/submit',
    { schema: { summary: 'Bring it to the L2', params: EvidenceIdSchema, body: EvidenceSubmitBodySchema, response } },
    (request) => evidence.submit(request.params.id, request.body.account),
  );
};
