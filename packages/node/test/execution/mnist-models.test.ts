import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { canonicalBytes, type Tensor } from '@mlb/protocol';
import { readMnist } from '../../scripts/train-mnist/mnist-images.ts';
import { argmax } from '../../scripts/train-mnist/train.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createFastExecutor, createStrictExecutor } from '../../src/execution/sandbox-executor.ts';
import type { Executor } from '../../src/port/executor.ts';
import { committedModel, sha256Of } from './fixture/models.ts';

const COUNT = 500;
const TOLERANCE = 1e-3;

const test10k = readMnist('t10k');
const pixels = test10k.pixels.subarray(0, COUNT * 784);
const labels = test10k.labels.subarray(0, COUNT);

type Model = Parameters<typeof committedModel>[0];

/** One run on the first 500 test images. */
const classify = async (executor: Executor, model: Model): Promise<Tensor> => {
  const bytes = committedModel(model);
  const isFloat = model === 'mnist-float32';
  const grey = isFloat ? new Uint8Array(Float32Array.from(pixels, (pixel) => pixel / 255).buffer) : pixels;
  const type = isFloat ? 'float32' : 'uint8';
  const outcome = await executor.execute(
    {
      modelSha256: sha256Of(bytes),
      loadModel: async () => bytes,
      inputs: [{ name: 'image', type, dims: [COUNT, 1, 28, 28], bytes: grey }],
      deadlineMs: 60_000,
    },
    new AbortController().signal,
  );
  assert.equal(outcome.type, 'done', JSON.stringify(outcome));
  const [logits] = outcome.outputs;
  assert.ok(logits !== undefined);
  assert.deepEqual([logits.name, logits.type, logits.dims], ['logits', type, [COUNT, 10]]);
  return logits;
};

const numbersOf = ({ type, bytes }: Tensor): readonly number[] =>
  type === 'float32' ? [...new Float32Array(Uint8Array.from(bytes).buffer)] : [...bytes];

const rightShare = (logits: Tensor): number => {
  const values = numbersOf(logits);
  const right = labels.filter((label, i) => argmax(values.slice(10 * i, 10 * i + 10)) === label);
  return right.length / COUNT;
};

describe('the committed MNIST models on real test images', () => {
  let fast: Executor;
  let strict: Executor;
  const logits = new Map<string, Tensor>();
  const logitsOf = (profile: 'fast' | 'strict', model: Model): Tensor => {
    const tensor = logits.get(`${profile} ${model}`);
    assert.ok(tensor !== undefined);
    return tensor;
  };

  before(async () => {
    fast = createFastExecutor({ clock: systemClock });
    strict = createStrictExecutor({ clock: systemClock });
    for (const model of ['mnist-float32', 'mnist-uint8'] as const) {
      logits.set(`fast ${model}`, await classify(fast, model));
      logits.set(`strict ${model}`, await classify(strict, model));
    }
  });
  after(() => Promise.all([fast.close(), strict.close()]));

  test('read at least 97 % of 500 digits right, on both profiles', () => {
    for (const [name, tensor] of logits) assert.ok(rightShare(tensor) >= 0.97, `${name}: ${rightShare(tensor)}`);
  });

  test('in float32 give other last bits natively than in wasm, but agree within the tolerance', () => {
    const [a, b] = [logitsOf('fast', 'mnist-float32'), logitsOf('strict', 'mnist-float32')];
    assert.notDeepEqual(canonicalBytes([a]), canonicalBytes([b]));
    const [native, wasm] = [numbersOf(a), numbersOf(b)];
    const apart = native.filter((x, i) => {
      const y = wasm[i] as number;
      return !(Math.abs(x - y) <= TOLERANCE + TOLERANCE * Math.max(Math.abs(x), Math.abs(y)));
    });
    assert.equal(apart.length, 0);
  });

  test('in integers give the same bytes natively and in wasm', () => {
    const [native, wasm] = [logitsOf('fast', 'mnist-uint8'), logitsOf('strict', 'mnist-uint8')];
    assert.deepEqual(canonicalBytes([native]), canonicalBytes([wasm]));
  });

  test('in integers give different logits for nearly every image, so that a result cannot be guessed from its digit', () => {
    const values = numbersOf(logitsOf('fast', 'mnist-uint8'));
    const rows = new Set(Array.from({ length: COUNT }, (_, i) => values.slice(10 * i, 10 * i + 10).join()));
    assert.ok(rows.size >= COUNT - 2, `${rows.size} different rows of ${COUNT}`);
  });

  test('are the files whose hashes the README of the models tells', () => {
    const readme = readFileSync(new URL('../../models/README.md', import.meta.url), 'utf8');
    for (const model of ['mnist-float32', 'mnist-uint8'] as const) {
      const hash = createHash('sha256').update(committedModel(model)).digest('hex');
      assert.ok(readme.includes(hash), `${model}: ${hash}`);
    }
  });
});
