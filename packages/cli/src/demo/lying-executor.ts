import type { Executor } from '@mlb/node';
import type { Tensor } from '@mlb/protocol';

const ELEMENT_BYTES: Readonly<Record<Tensor['type'], number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** The scores moved on by one class: the right numbers under the wrong digits. */
const rotate = (tensor: Tensor): Tensor => {
  const size = ELEMENT_BYTES[tensor.type];
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
