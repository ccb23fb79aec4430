import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { type ApiEvent, ApiResponseError, ApiUnreachableError, createApiClient } from '../../src/api/client.ts';
import { startTestApi, TOKEN } from './test-server.ts';

const body = {
  model: 'mnist',
  inputs: [
    {
      name: 'image',
      data: [
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
      ],
    },
  ],
};

/** The next `count` events, then the stream is left. */
const take = async (events: AsyncIterable<ApiEvent>, count: number): Promise<ApiEvent[]> => {
  const taken: ApiEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
};

describe('the client', () => {
  it('orders a task, waits for it and reads its output', async (t) => {
    const { client, daemon } = await startTestApi(t);
    daemon.onSubmit = ({ taskId }) => daemon.advance(taskId, 'agreed', { confidenceBps: 7500 });
    const { taskId } = await client.submitTask(body);
    const task = await client.waitForTask(taskId, 'agreed');
    assert.equal(task.confidenceBps, 7500);
    assert.deepEqual(
      task.steps.map(({ state }) => state),
      ['admitted', 'agreed'],
    );
    const { outputs } = await client.output(taskId);
    assert.deepEqual(outputs, [{ name: 'logits', datatype: 'FP32', shape: [1, 3], data: [0.5, 7.25, -1] }]);
  });

  it('is woken by the step it waits for', async (t) => {
    const { client, daemon } = await startTestApi(t);
    const { taskId } = await client.submitTask(body);
    const { waitFor } = daemon.control.tasks;
    const waiting = Promise.withResolvers<void>();
    Object.assign(daemon.control.tasks, {
      waitFor: (...args: Parameters<typeof waitFor>) => {
        waiting.resolve();
        return waitFor(...args);
      },
    });
    const settled = client.waitForTask(taskId, 'settled');
    await waiting.promise;
    daemon.advance(taskId, 'agreed');
    daemon.advance(taskId, 'settled');
    assert.equal((await settled).state, 'settled');
  });

  it('stops waiting when its signal aborts', async (t) => {
    const { client } = await startTestApi(t);
    const { taskId } = await client.submitTask(body);
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = client.waitForTask(taskId, 'settled', controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });

  it('gets the task as it is when a long poll ends first', async (t) => {
    const { client, server } = await startTestApi(t);
    const { taskId } = await client.submitTask(body);
    const path = `/v1/tasks/${taskId}/wait?until=settled&timeoutMs=0`;
    const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { readonly state: string }).state, 'admitted');
  });

  it('throws the daemon’s refusal with its code and next step', async (t) => {
    const { client } = await startTestApi(t);
    await assert.rejects(client.model('nope'), (error: unknown) => {
      assert.ok(error instanceof ApiResponseError);
      assert.deepEqual([error.code, error.status, error.next], ['MODEL_UNKNOWN', 404, 'mlb model ls']);
      return true;
    });
  });

  it('says how to start a daemon where none listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const address = probe.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const client = createApiClient({ url: `http://127.0.0.1:${port}`, token: TOKEN });
    await assert.rejects(client.nodeStatus(), (error: unknown) => {
      assert.ok(error instanceof ApiUnreachableError);
      assert.match(error.next, /mlb node start/);
      return true;
    });
  });

  it('reads readiness and metrics', async (t) => {
    const { client, daemon } = await startTestApi(t);
    daemon.isReady = false;
    assert.equal((await client.readiness()).ready, false);
    assert.match(await client.metrics(), /mlb_tasks_total/);
  });
});

describe('the event stream', () => {
  it('starts with the kept events and goes on with live ones', async (t) => {
    const { client, daemon } = await startTestApi(t);
    daemon.events.publish('epoch', { epoch: '1' });
    const controller = new AbortController();
    const events = client.events({}, controller.signal)[Symbol.asyncIterator]();
    assert.equal((await events.next()).value.topic, 'epoch');
    daemon.events.publish('peer', { peerId: 'x', change: 'connected' });
    assert.deepEqual((await events.next()).value.detail, { peerId: 'x', change: 'connected' });
    controller.abort();
    assert.equal((await events.next()).done, true);
  });

  it('has only the topics asked for', async (t) => {
    const { client, daemon } = await startTestApi(t);
    for (const topic of ['peer', 'batch', 'peer', 'slash'] as const) daemon.events.publish(topic, { x: topic });
    const topics = ['batch', 'slash'] as const;
    const taken = await take(client.events({ topics }, new AbortController().signal), 2);
    assert.deepEqual(
      taken.map(({ topic }) => topic),
      ['batch', 'slash'],
    );
  });

  it('resumes after Last-Event-ID, without a repetition and without a hole', async (t) => {
    const { client, daemon } = await startTestApi(t);
    for (const n of [1, 2, 3]) daemon.events.publish('task', { n });
    const [first] = await take(client.events({}, new AbortController().signal), 1);
    const rest = await take(client.events({ afterId: first?.id }, new AbortController().signal), 2);
    assert.deepEqual(
      rest.map(({ detail }) => detail.n),
      [2, 3],
    );
  });

  it('tells of the events it no longer has', async (t) => {
    const { client, daemon } = await startTestApi(t, { keptEvents: 4 });
    daemon.events.publish('task', { n: 1 });
    const [first] = await take(client.events({}, new AbortController().signal), 1);
    for (let n = 2; n <= 20; n += 1) daemon.events.publish('task', { n });
    const rest = await take(client.events({ afterId: first?.id }, new AbortController().signal), 2);
    assert.equal(rest[0]?.topic, 'gap');
    const missed = Number(rest[0]?.detail.missed);
    assert.equal(rest[1]?.detail.n, 2 + missed);
  });

  it('answers an id from before a restart with a gap', async (t) => {
    const { client, daemon } = await startTestApi(t);
    daemon.events.publish('task', { n: 1 });
    const [gap, event] = await take(client.events({ afterId: 'abc-17' }, new AbortController().signal), 2);
    assert.deepEqual([gap?.topic, event?.detail.n], ['gap', 1]);
  });

  it('ends, and does not hold the server, when the server closes', async (t) => {
    const { client, daemon, server } = await startTestApi(t);
    daemon.events.publish('task', { n: 1 });
    const events = client.events({}, new AbortController().signal)[Symbol.asyncIterator]();
    await events.next();
    const after = events.next();
    await server.close();
    await assert.rejects(after, ApiUnreachableError);
  });
});
