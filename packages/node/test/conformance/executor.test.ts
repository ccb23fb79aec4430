import type { Tensor } from '@mlb/protocol';
import {
  createFastExecutor,
  createMemoryExecutor,
  createStrictExecutor,
} from '../../src/execution/sandbox-executor.ts';
import { describeExecutor } from './executor.suite.ts';

/** Ten equal logits for each image, in the type of the input: enough to be told from nothing. */
const blindLogits = ([image]: readonly Tensor[]): readonly Tensor[] => {
  if (image === undefined) throw new Error('no image');
  const [batch = 0] = image.dims;
  const size = image.type === 'float32' ? 4 : 1;
  return [{ name: 'logits', type: image.type, dims: [batch, 10], bytes: new Uint8Array(batch * 10 * size) }];
};

describeExecutor('memory', (options) => createMemoryExecutor(blindLogits, options));
describeExecutor('fast (native, in a process)', createFastExecutor);
describeExecutor('strict (wasm, in a worker)', createStrictExecutor);
