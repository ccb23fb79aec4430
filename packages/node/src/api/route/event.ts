import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type ApiApp, type RouteContext, requestSignal } from '../app.ts';
import { type ApiEvent, EventsQuerySchema } from '../schema/event.ts';

/** A comment line this often shows both sides that the connection lives. */
const HEARTBEAT_MS = 15_000;

const frameOf = (event: ApiEvent): string =>
  `id: ${event.id}\nevent: ${event.topic}\ndata: ${JSON.stringify(event)}\n\n`;

const pump = async (raw: ServerResponse, events: AsyncIterable<ApiEvent>, signal: AbortSignal): Promise<void> => {
  for await (const event of events) {
    if (!raw.write(frameOf(event))) await once(raw, 'drain', { signal });
  }
};

/** /v1/events */
export const eventRoutes = (app: ApiApp, context: RouteContext): void => {
  app.get(
    '/v1/events',
    {
      schema: {
        summary: 'Server-sent events; Last-Event-ID resumes, topics=task,batch filters',
        querystring: EventsQuerySchema,
      },
    },
    async (request, reply) => {
      const signal = requestSignal(reply, context);
      const header = request.headers['last-event-id'];
      const afterId = typeof header === 'string' && header !== '' ? header : undefined;
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      raw.write('retry: 1000\n\n');
      const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
      try {
        await pump(raw, context.control.events.subscribe({ afterId, topics: request.query.topics }, signal), signal);
      } catch (error) {
        if (!signal.aborted) request.log.error(error);
      } finally {
        clearInterval(heartbeat);
        raw.end();
      }
    },
  );
};
