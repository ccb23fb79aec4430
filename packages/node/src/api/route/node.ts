import { type ApiApp, type RouteContext, requestSignal } from '../app.ts';
import { AccountListSchema, AccountNewBodySchema, AccountViewSchema } from '../schema/account.ts';
import { NodeStatusSchema, ReadinessSchema } from '../schema/node.ts';
import {
  DialBodySchema,
  PeerIdentitySchema,
  PeerListSchema,
  PeerViewSchema,
  PingBodySchema,
  PingViewSchema,
} from '../schema/peer.ts';

/** /readyz, /v1/node */
export const nodeRoutes = (app: ApiApp, { control }: RouteContext): void => {
  app.get(
    '/readyz',
    { schema: { summary: 'Checks; 503 unless all are ok', response: { 200: ReadinessSchema, 503: ReadinessSchema } } },
    async (_request, reply) => {
      const checks = await control.node.checks();
      const ready = checks.every(({ ok }) => ok);
      return reply.code(ready ? 200 : 503).send({ schema: 'mlb.ready/1', ready, checks });
    },
  );
  app.get('/v1/node', { schema: { summary: 'Status of the daemon', response: { 200: NodeStatusSchema } } }, () =>
    control.node.status(),
  );
};

/** /v1/peers */
export const peerRoutes = (app: ApiApp, context: RouteContext): void => {
  const { peers } = context.control;
  app.get(
    '/v1/peers/self',
    { schema: { summary: 'Own peer id and addresses', response: { 200: PeerIdentitySchema } } },
    () => peers.identity(),
  );
  app.get('/v1/peers', { schema: { summary: 'Connected peers', response: { 200: PeerListSchema } } }, async () => ({
    schema: 'mlb.peers/1' as const,
    peers: await peers.list(),
  }));
  app.post(
    '/v1/peers/dial',
    { schema: { summary: 'Connect to a multiaddr', body: DialBodySchema, response: { 200: PeerViewSchema } } },
    (request, reply) => peers.dial(request.body.multiaddr, requestSignal(reply, context)),
  );
  app.post(
    '/v1/peers/ping',
    { schema: { summary: 'Round trip to a peer', body: PingBodySchema, response: { 200: PingViewSchema } } },
    (request, reply) => peers.ping(request.body.target, requestSignal(reply, context)),
  );
};

/** /v1/keys */
export const accountRoutes = (app: ApiApp, { control }: RouteContext): void => {
  app.get(
    '/v1/keys',
    { schema: { summary: 'Keys of the keystore, never the secrets', response: { 200: AccountListSchema } } },
    async () => ({ schema: 'mlb.keys/1' as const, keys: await control.accounts.list() }),
  );
  app.post(
    '/v1/keys',
    { schema: { summary: 'New key', body: AccountNewBodySchema, response: { 200: AccountViewSchema } } },
    (request) => control.accounts.create(request.body.name),
  );
};
