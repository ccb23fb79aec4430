import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildFloatModel } from './float-model.ts';
import { buildIntegerModel } from './integer-model.ts';
import { readMnist } from './mnist-images.ts';
import { weightsHash } from './network.ts';
import { accuracy, EPOCHS, trainNetwork } from './train.ts';

// pnpm --filter @mlb/node train-mnist [--check]: trains (about 90 s of one core) and writes the two model files, or,
// with --check, compares them with the committed ones and exits 1 when a byte differs.

const isCheck = process.argv.includes('--check');
const training = readMnist('train');
const test = readMnist('t10k');

const network = trainNetwork(training, training.count, EPOCHS, (epoch, { forward }) =>
  console.log(`epoch ${epoch + 1} of ${EPOCHS}: accuracy ${accuracy(forward, test)} on ${test.count} test images`),
);
console.log(`weights sha256 ${weightsHash(network)}`);

const models: readonly (readonly [string, Uint8Array])[] = [
  ['mnist-float32.onnx', buildFloatModel(network)],
  ['mnist-uint8.onnx', buildIntegerModel(network, training)],
];

for (const [name, bytes] of models) {
  const file = fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
  console.log(`${name} ${bytes.length} bytes sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
  if (!isCheck) writeFileSync(file, bytes);
  else if (!readFileSync(file).equals(bytes)) {
    console.error(`${name}: the committed file differs from the trained one`);
    process.exitCode = 1;
  } else console.log(`${name}: the committed file is the same, byte for byte`);
}
