import type { TestContext } from 'node:test';
import { type ApiClient, createApiClient } from '../../src/api/client.ts';
import { type ApiServer, startApiServer } from '../../src/api/server.ts';
import { createPrometheusMeter } from '../../src/metrics/prometheus.ts';
import { createMemoryDaemon, type MemoryDaemon } from './memory-daemon.ts';

export const TOKEN = 'token-of-the-tests';

export interface TestApi {
  readonly daemon: MemoryDaemon;
  readonly server: ApiServer;
  readonly client: ApiClient;
  readonly reported: unknown[];
}

/** The real server on a free port of 127.0.0.1, closed when the test ends. */
export const startTestApi = async (
  t: Pick<TestContext, 'after'>,
  options: { readonly keptEvents?: number; readonly urlFile?: string } = {},
): Promise<TestApi> => {
  const daemon = createMemoryDaemon(options);
  const reported: unknown[] = [];
  const server = await startApiServer({
    control: daemon.control,
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    exposition: createPrometheusMeter({ version: '0.0.0' }).exposition,
    urlFile: options.urlFile,
    report: (error) => reported.push(error),
  });
  t.after(() => server.close());
  return { daemon, server, client: createApiClient({ url: server.url, token: TOKEN }), reported };
};
