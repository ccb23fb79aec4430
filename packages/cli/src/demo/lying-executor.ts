import type { Executor } from '@mlb/node';
import { elementSizeOf, type Tensor } from '@mlb/protocol';

/** The scores moved on by one class: the right numbers under the wrong digits. */
const rotate = (tensor: Tensor): Tensor => {
  const size = elementSizeOf(tensor.type);
  const bytes = new Uint8Array(tensor.bytes.length);
  bytes.set(tensor.bytes.subarray(-size));
  bytes.set(tensor.bytes.subarray(0, -size), size);
  return { ...tensor, bytes };
};

/** An operator that answers wrong: real executions, false outputs, honest signatures over them. */
export const createLyingExecutor = (honest: Executor): Executor => ({
  execute: async (execution, signal) => {
    const outcome = await honest.execute(execution, signal);
    return outcome.type === 'done' ? { ...outcome, outputs: outcome.outputs.map(rotate) } : outcome;
  },
  close: honest.close,
});
