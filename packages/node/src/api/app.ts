import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { DaemonControl } from './daemon.ts';

/** fastify with zod schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every route file gets. */
export interface RouteContext {
  readonly control: DaemonControl;
  /** Aborts when the server closes: long polls and event streams end. */
  readonly closing: AbortSignal;
}

/** Aborts when the client goes away or the server closes. */
export const requestSignal = (reply: FastifyReply, { closing }: RouteContext): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([closing, gone.signal]);
};
