import { type ApiApp, type RouteContext, requestSignal } from '../app.ts';
import {
  AccountQuerySchema,
  EscrowDepositBodySchema,
  EscrowViewSchema,
  StakeDepositBodySchema,
  StakeViewSchema,
} from '../schema/money.ts';
import { SettlementViewSchema } from '../schema/settlement.ts';

/** /v1/stake, /v1/escrow, /v1/settlement */
export const moneyRoutes = (app: ApiApp, context: RouteContext): void => {
  const { stake, escrow, settlement } = context.control;
  app.get(
    '/v1/stake',
    {
      schema: { summary: 'Stake of an operator', querystring: AccountQuerySchema, response: { 200: StakeViewSchema } },
    },
    (request) => stake.status(request.query.account),
  );
  app.post(
    '/v1/stake',
    {
      schema: {
        summary: 'Bond stake for roles; registers a new operator',
        body: StakeDepositBodySchema,
        response: { 200: StakeViewSchema },
      },
    },
    (request, reply) => {
      const { amountWei, roles, account } = request.body;
      return stake.deposit({ amountWei, roles, account }, requestSignal(reply, context));
    },
  );
  app.get(
    '/v1/escrow',
    {
      schema: {
        summary: 'Escrow of a requester',
        querystring: AccountQuerySchema,
        response: { 200: EscrowViewSchema },
      },
    },
    (request) => escrow.status(request.query.account),
  );
  app.post(
    '/v1/escrow',
    {
      schema: { summary: 'Fund the escrow', body: EscrowDepositBodySchema, response: { 200: EscrowViewSchema } },
    },
    (request, reply) => {
      const { amountWei, account } = request.body;
      return escrow.deposit({ amountWei, account }, requestSignal(reply, context));
    },
  );
  app.get('/v1/settlement', { schema: { summary: 'Batches on the L2', response: { 200: SettlementViewSchema } } }, () =>
    settlement.status(),
  );
};
