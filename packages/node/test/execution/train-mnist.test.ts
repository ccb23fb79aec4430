import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { exponential } from '../../scripts/train-mnist/arithmetic.ts';
import { buildFloatModel } from '../../scripts/train-mnist/float-model.ts';
import { buildIntegerModel } from '../../scripts/train-mnist/integer-model.ts';
import { readMnist } from '../../scripts/train-mnist/mnist-images.ts';
import { weightsHash } from '../../scripts/train-mnist/network.ts';
import { accuracy, trainNetwork } from '../../scripts/train-mnist/train.ts';
import { inspectModel } from '../../src/execution/onnx-gate.ts';

const COUNT = 1_600;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the MNIST trainer', () => {
  const images = readMnist('train');
  const network = trainNetwork(images, COUNT, 1);

  test('gives these weights on every machine', () => {
    assert.equal(weightsHash(network), 'c87dfcd612f571390d8c65430abbdbd1357c26094ffb8f33d8c96b489f2ae861');
  });

  test('learns: one epoch on 1600 images reads four of five test digits', () => {
    const { pixels, labels } = readMnist('t10k');
    assert.ok(accuracy(network.forward, { count: 500, pixels, labels }) > 0.8);
  });

  test('builds models that pass the gate, the same bytes each time', () => {
    const models = [buildFloatModel(network), buildIntegerModel(network, images)];
    assert.deepEqual(
      models.map((bytes) => inspectModel(bytes).type),
      ['accepted', 'accepted'],
    );
    assert.deepEqual(models.map(sha256), [
      '2eeccd24fbaf346ed9e1b1943055def4095131c95935e757403c74c0ee198a25',
      '1edaeb8f46b115af1df607a07dcacb23b881514cb8b2113309c8710dfeedc21a',
    ]);
  });

  test('has an exponential close to the real one where a softmax needs it', () => {
    for (let x = 0; x > -40; x -= 0.37) {
      assert.ok(Math.abs(exponential(x) / Math.exp(x) - 1) < 1e-8, `e^${x}`);
    }
  });
});
