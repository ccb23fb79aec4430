import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, describe, test } from 'node:test';
import type { Tensor } from '@mlb/protocol';
import { createMemoryClock, type MemoryClock } from '../../src/clock/memory.ts';
import { createNativeSandboxes, NATIVE_LIMITS } from '../../src/execution/native-sandbox.ts';
import { createPool } from '../../src/execution/pool.ts';
import type { SandboxFactory } from '../../src/execution/sandbox.ts';
import { createSandboxExecutor, type ExecutorOptions } from '../../src/execution/sandbox-executor.ts';
import { createWasmSandboxes } from '../../src/execution/wasm-sandbox.ts';
import type { Execution, ExecutionOutcome, Executor } from '../../src/port/executor.ts';
import { committedModel, endlessLoop, hugeTensor, sha256Of } from './fixture/models.ts';

const NEVER = new AbortController().signal;

const fixture = (name: string): URL => new URL(`./fixture/${name}.ts`, import.meta.url);

const one: Tensor = { name: 'x', type: 'float32', dims: [1], bytes: new Uint8Array(4) };

const executionOf = (model: Uint8Array, inputs: readonly Tensor[] = [one]): Execution => ({
  modelSha256: sha256Of(model),
  loadModel: async () => model,
  inputs,
  deadlineMs: 60_000,
});

const image: Tensor = { name: 'image', type: 'float32', dims: [1, 1, 28, 28], bytes: new Uint8Array(4 * 784) };
const honest = executionOf(committedModel('mnist-float32'), [image]);

const reasonOf = (outcome: ExecutionOutcome): string => (outcome.type === 'failed' ? outcome.reason : outcome.type);
const detailOf = (outcome: ExecutionOutcome): string => (outcome.type === 'failed' ? outcome.detail : '');

const NATIVE: SandboxFactory = createNativeSandboxes(
  { ...NATIVE_LIMITS, memoryBytes: 2 ** 30 },
  fixture('ungated-child'),
);
const WASM: SandboxFactory = createWasmSandboxes(fixture('ungated-worker'));

let opened: Executor[] = [];
const open = (
  sandboxes: SandboxFactory,
  options: Partial<ExecutorOptions> = {},
): { executor: Executor; clock: MemoryClock } => {
  const clock = createMemoryClock();
  const executor = createSandboxExecutor(sandboxes, { clock, ...options });
  opened.push(executor);
  return { executor, clock };
};
afterEach(async () => {
  await Promise.all(opened.map((executor) => executor.close()));
  opened = [];
});

const isLinux = process.platform === 'linux';
const KINDS: readonly (readonly [string, SandboxFactory])[] = [
  ...(isLinux ? [['native', NATIVE] as const] : []),
  ['wasm', WASM],
];

for (const [kind, sandboxes] of KINDS) {
  describe(`the ${kind} sandbox without a gate before it`, () => {
    test('is ended at the deadline in the middle of an endless run, while others go on', async () => {
      const { executor, clock } = open(sandboxes);
      const endless = executor.execute(executionOf(endlessLoop({ grows: false })), NEVER);
      // Another model answers meanwhile: neither the stuck run nor its start blocks this thread.
      assert.equal(reasonOf(await executor.execute(honest, NEVER)), 'done');
      assert.equal(reasonOf(await executor.execute(honest, NEVER)), 'done');
      clock.advance(60_000);
      assert.equal(reasonOf(await endless), 'TIMEOUT');
    });

    test('is ended when its run is aborted, which makes room for the next model', async () => {
      const { executor } = open(sandboxes, { maxSandboxes: 1 });
      const stop = new AbortController();
      const endless = executor.execute(executionOf(endlessLoop({ grows: false })), stop.signal);
      const next = executor.execute(honest, NEVER);
      stop.abort(new Error('enough'));
      await assert.rejects(endless, /enough/);
      assert.equal(reasonOf(await next), 'done');
    });

    test('answers a tensor of 40 GB with a failure and serves the next task', async () => {
      const { executor } = open(sandboxes);
      const outcome = await executor.execute(executionOf(hugeTensor([100_000n, 100_000n])), NEVER);
      // 40 GB are too many bytes natively and an invalid size in WebAssembly's 32 bits.
      assert.equal(reasonOf(outcome), kind === 'native' ? 'OUT_OF_MEMORY' : 'MODEL_ERROR', detailOf(outcome));
      assert.equal(reasonOf(await executor.execute(honest, NEVER)), 'done');
    });
  });
}

describe('the native sandbox', { skip: isLinux ? false : 'needs the limits of Linux' }, () => {
  test('bounds the memory that a run collects step by step', async () => {
    const { executor } = open(NATIVE);
    const outcome = await executor.execute(executionOf(endlessLoop({ grows: true })), NEVER);
    assert.equal(reasonOf(outcome), 'OUT_OF_MEMORY', detailOf(outcome));
  });

  test('sees an empty folder, no network, and nothing of the environment of the daemon', async () => {
    const { executor } = open(createNativeSandboxes(NATIVE_LIMITS, fixture('confessing-child')));
    const detail = detailOf(await executor.execute(honest, NEVER));
    const { environment, files, network } = JSON.parse(detail.slice(detail.indexOf('{')));
    // sh itself adds PWD (and some shells _, OLDPWD, SHLVL).
    const ours = environment.filter((name: string) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name));
    assert.deepEqual(ours, ['ORT_DISABLE_TELEMETRY', 'PATH']);
    assert.deepEqual(files, []);
    if (canUnshare()) assert.deepEqual(network, []);
  });

  test('is a crash with the last words of the process when it dies', async () => {
    const { executor } = open(createNativeSandboxes(NATIVE_LIMITS, fixture('no-such-file')));
    const outcome = await executor.execute(honest, NEVER);
    assert.equal(reasonOf(outcome), 'CRASH');
    assert.match(detailOf(outcome), /exit code 1/);
  });

  test('is ended by its CPU limit should nobody else end it', async () => {
    const { executor } = open(createNativeSandboxes({ ...NATIVE_LIMITS, cpuSec: 1 }, fixture('ungated-child')));
    const outcome = await executor.execute(executionOf(endlessLoop({ grows: false })), NEVER);
    assert.equal(reasonOf(outcome), 'CRASH');
    assert.match(detailOf(outcome), /SIGKILL|SIGXCPU/);
  });

  test('is replaced when it has used up its CPU budget', async () => {
    const clock = createMemoryClock();
    const limits = { maxSandboxes: 1, maxQueued: 1, maxCpuMs: 0 };
    const executor = createPool({ sandboxes: createNativeSandboxes(), clock, limits });
    opened.push(executor);
    let loads = 0;
    const counted = { ...honest, loadModel: () => honest.loadModel().finally(() => (loads += 1)) };
    for (const expected of [1, 2]) {
      assert.equal(reasonOf(await executor.execute(counted, NEVER)), 'done');
      assert.equal(loads, expected);
    }
  });
});

const canUnshare = (): boolean => {
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
