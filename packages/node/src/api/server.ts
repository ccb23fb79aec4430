import { rm, writeFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import bearerAuth from '@fastify/bearer-auth';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { ApiApp, RouteContext } from './app.ts';
import type { DaemonControl } from './daemon.ts';
import { createErrorHandler, faultBody } from './fault.ts';
import { eventRoutes } from './route/event.ts';
import { evidenceRoutes } from './route/evidence.ts';
import { modelRoutes } from './route/model.ts';
import { moneyRoutes } from './route/money.ts';
import { accountRoutes, nodeRoutes, peerRoutes } from './route/node.ts';
import { taskRoutes } from './route/task.ts';
import { ApiErrorBodySchema } from './schema/error.ts';

export type ApiServerErrorCode = 'API_PORT_IN_USE' | 'API_BIND_REFUSED' | 'API_BIND_FAILED';

/** The admin API could not start. */
export class ApiServerError extends Error {
  readonly code: ApiServerErrorCode;

  constructor(code: ApiServerErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ApiServerError';
    this.code = code;
  }
}

export interface ApiServerOptions {
  readonly control: DaemonControl;
  /** Loopback only. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  /** Text of /metrics. */
  readonly exposition: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Gets the API's URL while the server lives: where the CLI finds the daemon of a home. */
  readonly urlFile: string | undefined;
  /** Hears of failures nobody expected; their text is never sent. */
  readonly report: (error: unknown) => void;
}

export interface ApiServer {
  readonly url: string;
  /** Ends long polls and event streams, then the server. */
  readonly close: () => Promise<void>;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string): boolean => {
  const family = isIP(host);
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4'));
};

/** A page of another origin whose name was rebound to 127.0.0.1 still sends its own name (CVE-2024-28224 of Ollama). */
const hostOf = (header: string | undefined): string =>
  (header ?? '').replace(/:[0-9]{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');

const guardHost = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (isLoopback(hostOf(request.headers.host))) return;
    const message = 'the Host header names no loopback address: this API serves only this machine';
    return reply.code(403).send(faultBody('HOST_REFUSED', message, 'use http://127.0.0.1:PORT'));
  });
};

const guardToken = async (app: FastifyInstance, token: string): Promise<void> => {
  const message = 'the bearer token is missing or wrong';
  const next = "send the token of the daemon's home: --token-file HOME/token";
  await app.register(bearerAuth, {
    keys: new Set([token]),
    contentType: 'application/json; charset=utf-8',
    // Its type wants a string, its code sends whatever this returns.
    errorResponse: () => faultBody('UNAUTHORIZED', message, next) as unknown as { error: string },
  });
};

/** Every refusal has one shape, in the OpenAPI document too. */
const describeRefusals = (app: FastifyInstance): void => {
  app.addHook('onRoute', (route) => {
    const { response, ...schema } = route.schema ?? {};
    const refusals = { '4xx': ApiErrorBodySchema, '5xx': ApiErrorBodySchema };
    route.schema = { ...schema, response: { ...refusals, ...(response as object | undefined) } };
  });
};

const metricsRoute = (app: ApiApp, { exposition }: ApiServerOptions): void => {
  app.get('/metrics', { schema: { summary: 'Prometheus text' } }, async (_request, reply) => {
    const { contentType, body } = await exposition();
    return reply.type(contentType).send(body);
  });
};

const guardedRoutes = async (app: ApiApp, options: ApiServerOptions, context: RouteContext): Promise<void> => {
  await guardToken(app, options.token);
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  describeRefusals(app);
  metricsRoute(app, options);
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  for (const routes of [
    nodeRoutes,
    peerRoutes,
    accountRoutes,
    modelRoutes,
    taskRoutes,
    moneyRoutes,
    evidenceRoutes,
    eventRoutes,
  ])
    routes(app, context);
};

const createApp = async (options: ApiServerOptions, closing: AbortSignal): Promise<FastifyInstance> => {
  const app = fastify({ logger: false, forceCloseConnections: true, routerOptions: { maxParamLength: 512 } });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler(options.report));
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.url.slice(0, 200)}`;
    return reply.code(404).send(faultBody('ROUTE_UNKNOWN', message, 'GET /openapi.json lists every route'));
  });
  guardHost(app);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'ML Bridge daemon', version: '1' } },
    transform: jsonSchemaTransform,
  });
  app.get('/healthz', { schema: { hide: true } }, async () => ({ alive: true }));
  await app.register((scope) =>
    guardedRoutes(scope.withTypeProvider<ZodTypeProvider>(), options, { control: options.control, closing }),
  );
  return app;
};

const bindError = (cause: unknown, { host, port }: ApiServerOptions): ApiServerError => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    const message = `the API cannot listen on ${host}:${port}: another process does; stop it or choose another port with --api.port`;
    return new ApiServerError('API_PORT_IN_USE', message, { cause });
  }
  return new ApiServerError('API_BIND_FAILED', `the API cannot listen on ${host}:${port} (${String(code)})`, { cause });
};

/** Serves the admin API of one daemon. Throws ApiServerError. */
export const startApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  if (!isLoopback(options.host)) {
    const message = `the API refuses to listen on ${options.host}: it is for this machine; set api.host = "127.0.0.1"`;
    throw new ApiServerError('API_BIND_REFUSED', message);
  }
  const closing = new AbortController();
  const app = await createApp(options, closing.signal);
  const url = await app.listen({ host: options.host, port: options.port }).catch((cause: unknown) => {
    throw bindError(cause, options);
  });
  if (options.urlFile !== undefined) await writeFile(options.urlFile, `${url}\n`, { mode: 0o600 });
  return {
    url,
    close: async () => {
      closing.abort();
      if (options.urlFile !== undefined) await rm(options.urlFile, { force: true });
      await app.close();
    },
  };
};
