import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { ApiServerError, startApiServer } from '../../src/api/server.ts';
import { createMemoryDaemon } from './memory-daemon.ts';
import { startTestApi, TOKEN } from './test-server.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** node:http and not fetch: fetch refuses to send a false Host. */
const ask = (
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
  } = {},
): Promise<Answer> => {
  const answer = Promise.withResolvers<Answer>();
  const outgoing = request(url, { method: options.method ?? 'GET', headers: options.headers ?? {} }, (incoming) => {
    text(incoming).then((body) => answer.resolve({ status: incoming.statusCode ?? 0, body }), answer.reject);
  });
  outgoing.on('error', answer.reject);
  outgoing.end(options.body);
  return answer.promise;
};

const bearer = { authorization: `Bearer ${TOKEN}` };
const json = { ...bearer, 'content-type': 'application/json' };
const id = `0x${'11'.repeat(32)}`;

const refusals = [
  { name: 'no token', path: '/v1/node', headers: {}, status: 401, code: 'UNAUTHORIZED' },
  {
    name: 'a wrong token',
    path: '/v1/node',
    headers: { authorization: 'Bearer no' },
    status: 401,
    code: 'UNAUTHORIZED',
  },
  {
    name: 'a token of another scheme',
    path: '/metrics',
    headers: { authorization: `Basic ${TOKEN}` },
    status: 401,
    code: 'UNAUTHORIZED',
  },
  { name: 'readiness without a token', path: '/readyz', headers: {}, status: 401, code: 'UNAUTHORIZED' },
  {
    name: 'a rebound Host',
    path: '/v1/node',
    headers: { ...bearer, host: 'evil.example:7101' },
    status: 403,
    code: 'HOST_REFUSED',
  },
  {
    name: 'a Host that only starts like ours',
    path: '/healthz',
    headers: { host: '127.0.0.1.evil.example' },
    status: 403,
    code: 'HOST_REFUSED',
  },
  { name: 'an unknown route', path: '/v1/nope', headers: bearer, status: 404, code: 'ROUTE_UNKNOWN' },
  {
    name: 'a method the route has not',
    method: 'DELETE',
    path: '/v1/node',
    headers: bearer,
    status: 404,
    code: 'ROUTE_UNKNOWN',
  },
  { name: 'a task id that is none', path: '/v1/tasks/123', headers: bearer, status: 400, code: 'BAD_REQUEST' },
  { name: 'an unknown task', path: `/v1/tasks/${id}`, headers: bearer, status: 404, code: 'TASK_UNKNOWN' },
  { name: 'an unknown model', path: '/v1/models/nope', headers: bearer, status: 404, code: 'MODEL_UNKNOWN' },
  { name: 'an unknown query key', path: '/v1/tasks?stat=agreed', headers: bearer, status: 400, code: 'BAD_REQUEST' },
  { name: 'an unknown event topic', path: '/v1/events?topics=tusk', headers: bearer, status: 400, code: 'BAD_REQUEST' },
  {
    name: 'broken JSON',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: '{"multi',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an empty body',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: '',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a body of a wrong type',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: { ...bearer, 'content-type': 'text/xml' },
    body: '<a/>',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a key of the prototype',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: '{"multiaddr":"/ip4/1.2.3.4","__proto__":{"isAdmin":true}}',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a constructor key',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: '{"multiaddr":"/ip4/1.2.3.4","constructor":{"prototype":{"x":1}}}',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an unknown body key',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: '{"multiaddr":"/ip4/1.2.3.4","x":1}',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a body over 1 MiB',
    method: 'POST',
    path: '/v1/peers/dial',
    headers: json,
    body: `{"multiaddr":"${'a'.repeat(1 << 20)}"}`,
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    name: 'an amount that is no decimal',
    method: 'POST',
    path: '/v1/escrow',
    headers: json,
    body: '{"amountWei":"1e18"}',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an account name that is a path',
    method: 'POST',
    path: '/v1/keys',
    headers: json,
    body: '{"name":"../../etc/x"}',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a model that is not ONNX',
    method: 'POST',
    path: '/v1/models?name=m&priceWei=1&mode=exact',
    headers: { ...bearer, 'content-type': 'application/octet-stream' },
    body: 'GIF89a',
    status: 422,
    code: 'MODEL_REFUSED',
  },
  {
    name: 'a model without bytes',
    method: 'POST',
    path: '/v1/models?name=m&priceWei=1&mode=exact',
    headers: { ...bearer, 'content-type': 'application/octet-stream' },
    body: '',
    status: 400,
    code: 'BAD_REQUEST',
  },
] as const;

describe('the admin API refuses', () => {
  for (const { name, path, status, code, headers, ...rest } of refusals) {
    it(`${name} with ${status} ${code} as JSON`, async (t) => {
      const { server, reported } = await startTestApi(t);
      const answer = await ask(`${server.url}${path}`, { headers, ...rest });
      assert.equal(answer.status, status, answer.body);
      const { error } = JSON.parse(answer.body);
      assert.equal(error.code, code);
      assert.deepEqual(Object.keys(error), ['code', 'message', 'next']);
      assert.doesNotMatch(answer.body, /\.ts|node_modules|at /);
      assert.deepEqual(reported, []);
    });
  }
});

describe('the admin API', () => {
  it('answers /healthz without a token', async (t) => {
    const { server } = await startTestApi(t);
    assert.deepEqual(await ask(`${server.url}/healthz`), { status: 200, body: '{"alive":true}' });
  });

  it('never sends the text of an unexpected error, and reports it', async (t) => {
    const { server, daemon, reported } = await startTestApi(t);
    const failing = { ...daemon.control.settlement };
    Object.assign(daemon.control.settlement, { status: async () => Promise.reject(new Error('secret /home/x')) });
    const answer = await ask(`${server.url}/v1/settlement`, { headers: bearer });
    Object.assign(daemon.control.settlement, failing);
    assert.equal(answer.status, 500);
    assert.equal(JSON.parse(answer.body).error.code, 'INTERNAL');
    assert.doesNotMatch(answer.body, /secret|home/);
    assert.equal(reported.length, 1);
  });

  it('is ready with 200 and not ready with 503, with the checks as JSON', async (t) => {
    const { server, daemon } = await startTestApi(t);
    assert.equal((await ask(`${server.url}/readyz`, { headers: bearer })).status, 200);
    daemon.isReady = false;
    const answer = await ask(`${server.url}/readyz`, { headers: bearer });
    assert.equal(answer.status, 503);
    assert.equal(JSON.parse(answer.body).checks[0].name, 'chain');
  });

  it('describes every route in /openapi.json', async (t) => {
    const { server } = await startTestApi(t);
    const { openapi, paths } = JSON.parse((await ask(`${server.url}/openapi.json`, { headers: bearer })).body);
    assert.equal(openapi, '3.1.0');
    assert.deepEqual(Object.keys(paths).toSorted(), [
      '/metrics',
      '/readyz',
      '/v1/escrow',
      '/v1/events',
      '/v1/evidence',
      '/v1/evidence/{id}',
      '/v1/evidence/{id}/submit',
      '/v1/keys',
      '/v1/models',
      '/v1/models/{model}',
      '/v1/models/{model}/signature',
      '/v1/node',
      '/v1/peers',
      '/v1/peers/dial',
      '/v1/peers/ping',
      '/v1/peers/self',
      '/v1/settlement',
      '/v1/stake',
      '/v1/tasks',
      '/v1/tasks/{id}',
      '/v1/tasks/{id}/output',
      '/v1/tasks/{id}/receipt',
      '/v1/tasks/{id}/wait',
    ]);
    const dial = paths['/v1/peers/dial'].post;
    assert.deepEqual(dial.requestBody.content['application/json'].schema.required, ['multiaddr']);
    assert.ok(dial.responses['4XX'].content['application/json'].schema.properties.error);
  });

  it('sends no CORS header', async (t) => {
    const { server } = await startTestApi(t);
    const response = await fetch(`${server.url}/v1/node`, { headers: { ...bearer, origin: 'http://localhost:3000' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('refuses to listen on an address of the network', async () => {
    await assert.rejects(startOn('0.0.0.0', 0), (error: ApiServerError) => error.code === 'API_BIND_REFUSED');
  });

  it('says API_PORT_IN_USE when another process holds the port', async (t) => {
    const { server } = await startTestApi(t);
    await assert.rejects(
      startOn('127.0.0.1', Number(new URL(server.url).port)),
      (error: ApiServerError) =>
        error instanceof ApiServerError && error.code === 'API_PORT_IN_USE' && /--api\.port/.test(error.message),
    );
  });

  it('keeps its URL in the url file only while it lives', async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'mlb-api-'));
    t.after(() => rm(home, { recursive: true }));
    const urlFile = join(home, 'api.url');
    const { server } = await startTestApi(t, { urlFile });
    assert.equal((await readFile(urlFile, 'utf8')).trim(), server.url);
    await server.close();
    await assert.rejects(readFile(urlFile), { code: 'ENOENT' });
  });
});

const startOn = (host: string, port: number) =>
  startApiServer({
    control: createMemoryDaemon().control,
    host,
    port,
    token: TOKEN,
    exposition: async () => ({ contentType: 'text/plain', body: '' }),
    urlFile: undefined,
    report: () => {},
  });
