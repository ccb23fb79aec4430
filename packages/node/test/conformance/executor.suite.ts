import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Tensor } from '@mlb/protocol';
import { createMemoryClock, type MemoryClock } from '../../src/clock/memory.ts';
import type { ExecutorOptions } from '../../src/execution/sandbox-executor.ts';
import type { Execution, ExecutionOutcome, Executor } from '../../src/port/executor.ts';
import { annotated, committedModel, endlessLoop, sha256Of } from '../execution/fixture/models.ts';

const NEVER = new AbortController().signal;
const DEADLINE_MS = 60_000;

const image = (overrides: Partial<Tensor> = {}): Tensor => ({
  name: 'image',
  type: 'float32',
  dims: [1, 1, 28, 28],
  bytes: new Uint8Array(4 * 28 * 28),
  ...overrides,
});

interface Counted extends Execution {
  readonly loads: () => number;
}

const executionOf = (model: Uint8Array, overrides: Partial<Execution> = {}): Counted => {
  let loads = 0;
  return {
    modelSha256: sha256Of(model),
    loadModel: async () => {
      loads += 1;
      return model;
    },
    inputs: [image()],
    deadlineMs: DEADLINE_MS,
    ...overrides,
    loads: () => loads,
  };
};

const float = committedModel('mnist-float32');
const integer = committedModel('mnist-uint8');
const integerInput = [image({ type: 'uint8', bytes: new Uint8Array(28 * 28) })];

const reasonOf = (outcome: ExecutionOutcome): string => (outcome.type === 'failed' ? outcome.reason : outcome.type);

/** A model that arrives when the test says so. */
const heldModel = (model: Uint8Array) => {
  const requested = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<Uint8Array>();
  return {
    load: () => {
      requested.resolve();
      return arrival.promise;
    },
    requested: requested.promise,
    arrive: () => arrival.resolve(model),
  };
};

/** The contract of the Executor port, for any adapter that runs the committed models. */
export const describeExecutor = (name: string, create: (options: ExecutorOptions) => Executor): void => {
  describe(`${name}: an executor`, () => {
    let opened: Executor[] = [];
    const open = (options: Partial<ExecutorOptions> = {}): { executor: Executor; clock: MemoryClock } => {
      const clock = createMemoryClock();
      const executor = create({ clock, ...options });
      opened.push(executor);
      return { executor, clock };
    };
    afterEach(async () => {
      await Promise.all(opened.map((executor) => executor.close()));
      opened = [];
    });

    test('runs a model on a batch and fetches it once', async () => {
      const { executor } = open();
      const execution = executionOf(float, {
        inputs: [image({ dims: [3, 1, 28, 28], bytes: new Uint8Array(3 * 3136) })],
      });
      const first = await executor.execute(execution, NEVER);
      const second = await executor.execute(execution, NEVER);
      assert.equal(first.type, 'done', JSON.stringify(first));
      assert.equal(second.type, 'done');
      assert.deepEqual(
        first.outputs.map((tensor) => [tensor.name, tensor.type, tensor.dims, tensor.bytes.length]),
        [['logits', 'float32', [3, 10], 120]],
      );
      assert.deepEqual(second.outputs, first.outputs);
      assert.ok(first.execMs >= 0);
      assert.equal(execution.loads(), 1);
    });

    test('refuses what is no model, and does not fetch it again', async () => {
      const { executor } = open();
      const execution = executionOf(new TextEncoder().encode('garbage'));
      const outcomes = [await executor.execute(execution, NEVER), await executor.execute(execution, NEVER)];
      assert.deepEqual(outcomes.map(reasonOf), ['REFUSED_MODEL', 'REFUSED_MODEL']);
      assert.equal(execution.loads(), 1);
    });

    test('refuses a model the gate refuses, and says why', async () => {
      const { executor } = open();
      const outcome = await executor.execute(executionOf(endlessLoop({ grows: false })), NEVER);
      assert.equal(reasonOf(outcome), 'REFUSED_MODEL');
      assert.match(outcome.type === 'failed' ? outcome.detail : '', /^CONTROL_FLOW: /);
    });

    test('fails on bytes that are not the model of that hash, and takes the right ones later', async () => {
      const { executor } = open();
      const modelSha256 = sha256Of(integer);
      const outcome = await executor.execute(executionOf(float, { modelSha256 }), NEVER);
      assert.equal(reasonOf(outcome), 'MODEL_ERROR');
      assert.equal(reasonOf(await executor.execute(executionOf(integer, { inputs: integerInput }), NEVER)), 'done');
    });

    test('says what is wrong with an input and goes on with the same session', async () => {
      const { executor } = open();
      const wrong: readonly (readonly [complaint: RegExp, inputs: readonly Tensor[]])[] = [
        [/^inputs "" given, "image" expected/, []],
        [/^inputs "picture" given/, [image({ name: 'picture' })]],
        [/^inputs "image, more" given/, [image(), image({ name: 'more' })]],
        [/^inputs "image, image" given/, [image(), image()]],
        [/is float64, expected float32/, [image({ type: 'float64', bytes: new Uint8Array(8 * 784) })]],
        [/has dims 1x1x14x56, expected \?x1x28x28/, [image({ dims: [1, 1, 14, 56] })]],
        [/has dims 784, expected/, [image({ dims: [784] })]],
        [/has 3135 bytes, which do not fit/, [image({ bytes: new Uint8Array(3135) })]],
        [/has 3140 bytes, which do not fit/, [image({ bytes: new Uint8Array(3140) })]],
      ];
      const execution = executionOf(float);
      for (const [complaint, inputs] of wrong) {
        const outcome = await executor.execute({ ...execution, inputs }, NEVER);
        assert.equal(reasonOf(outcome), 'BAD_INPUT');
        assert.match(outcome.type === 'failed' ? outcome.detail : '', complaint);
      }
      assert.equal(reasonOf(await executor.execute(execution, NEVER)), 'done');
      assert.equal(execution.loads(), 1);
    });

    test('refuses an input that costs more than is paid for', async () => {
      const { executor } = open();
      const inputs = [image({ dims: [100, 1, 28, 28], bytes: new Uint8Array(100 * 3136) })];
      const paidFor = async (maxComputeUnits: number): Promise<string> =>
        reasonOf(await executor.execute(executionOf(float, { inputs, maxComputeUnits }), NEVER));
      assert.deepEqual([await paidFor(13), await paidFor(14)], ['BAD_INPUT', 'done']);
    });

    test('keeps at most so many sandboxes, and gives up the one used longest ago', async () => {
      const { executor } = open({ maxSandboxes: 2 });
      const [a, b] = [executionOf(float), executionOf(integer, { inputs: integerInput })];
      const c = executionOf(annotated(float));
      for (const execution of [a, b, a, c, a, b]) {
        assert.equal(reasonOf(await executor.execute(execution, NEVER)), 'done');
      }
      assert.deepEqual([a.loads(), b.loads(), c.loads()], [1, 2, 1]);
    });

    test('runs two models side by side and two runs of one model in turn', async () => {
      const { executor } = open();
      const [held, first] = [heldModel(float), executionOf(float)];
      const slow = executor.execute({ ...first, loadModel: held.load }, NEVER);
      const behind = executor.execute(first, NEVER);
      const beside = await executor.execute(executionOf(integer, { inputs: integerInput }), NEVER);
      assert.equal(reasonOf(beside), 'done');
      held.arrive();
      assert.deepEqual((await Promise.all([slow, behind])).map(reasonOf), ['done', 'done']);
      assert.equal(first.loads(), 0);
    });

    test('lets a bounded number wait', async () => {
      const { executor } = open({ maxQueued: 1 });
      const held = heldModel(float);
      const execution = executionOf(float, { loadModel: held.load });
      const running = executor.execute(execution, NEVER);
      const waiting = executor.execute(execution, NEVER);
      assert.equal(reasonOf(await executor.execute(execution, NEVER)), 'OVERLOADED');
      held.arrive();
      assert.deepEqual((await Promise.all([running, waiting])).map(reasonOf), ['done', 'done']);
    });

    test('gives up at the deadline, waiting or not, and works afterwards', async () => {
      const { executor, clock } = open();
      const held = heldModel(float);
      const running = executor.execute(executionOf(float, { loadModel: held.load, deadlineMs: 1_000 }), NEVER);
      const waiting = executor.execute(executionOf(float, { deadlineMs: 500 }), NEVER);
      await held.requested;
      clock.advance(1_000);
      assert.deepEqual((await Promise.all([running, waiting])).map(reasonOf), ['TIMEOUT', 'TIMEOUT']);
      held.arrive();
      assert.equal(reasonOf(await executor.execute(executionOf(float), NEVER)), 'done');
      assert.equal(clock.pending(), 0);
    });

    test('rejects with the reason of an aborted signal, waiting or not, and works afterwards', async () => {
      const { executor, clock } = open();
      const [held, stop] = [heldModel(float), new AbortController()];
      const execution = executionOf(float, { loadModel: held.load });
      const aborted = [executor.execute(execution, stop.signal), executor.execute(execution, stop.signal)];
      await held.requested;
      const reason = new Error('no longer wanted');
      stop.abort(reason);
      for (const promise of aborted) await assert.rejects(promise, reason);
      await assert.rejects(executor.execute(execution, stop.signal), reason);
      assert.equal(reasonOf(await executor.execute(executionOf(float), NEVER)), 'done');
      assert.equal(clock.pending(), 0);
    });

    test('rejects with what fetching the model threw, and fetches again next time', async () => {
      const { executor } = open();
      const unreachable = new Error('no provider');
      const execution = executionOf(float, { loadModel: () => Promise.reject(unreachable) });
      await assert.rejects(executor.execute(execution, NEVER), unreachable);
      assert.equal(reasonOf(await executor.execute(executionOf(float), NEVER)), 'done');
    });

    test('fails what runs and what waits when it is closed', async () => {
      const { executor, clock } = open();
      const held = heldModel(float);
      const execution = executionOf(float, { loadModel: held.load });
      const outcomes = [executor.execute(execution, NEVER), executor.execute(execution, NEVER)];
      await executor.close();
      held.arrive();
      assert.deepEqual((await Promise.all(outcomes)).map(reasonOf), ['CRASH', 'CRASH']);
      assert.equal(reasonOf(await executor.execute(execution, NEVER)), 'CRASH');
      assert.equal(clock.pending(), 0);
    });
  });
};
