import { payloadSizeOf, type Tensor } from '@mlb/protocol/tensor';
import type { ModelInterface, TensorSpec } from './onnx-gate.ts';

/** Inputs of one run together. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** Why these are no tensors at all, or undefined. */
export const tensorComplaint = (inputs: readonly Tensor[]): string | undefined => {
  const sizeBytes = inputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (sizeBytes > MAX_INPUT_BYTES) return `inputs of ${sizeBytes} bytes, at most ${MAX_INPUT_BYTES}`;
  for (const { name, type, dims, bytes } of inputs) {
    try {
      if (payloadSizeOf(type, dims, bytes.length) === bytes.length) continue;
    } catch {
      // BAD_TENSOR: dims that are no counts, or hold more than these bytes.
    }
    return `input "${name}" has ${bytes.length} bytes, which do not fit ${type} of dims ${dims.join('x')}`;
  }
  return undefined;
};

const specComplaint = ({ name, type, dims }: TensorSpec, tensor: Tensor): string | undefined => {
  if (tensor.type !== type) return `input "${name}" is ${tensor.type}, expected ${type}`;
  const fits = tensor.dims.length === dims.length && dims.every((dim, i) => (dim ?? tensor.dims[i]) === tensor.dims[i]);
  return fits
    ? undefined
    : `input "${name}" has dims ${tensor.dims.join('x')}, expected ${dims.map((dim) => dim ?? '?').join('x')}`;
};

/** Why these tensors are not what the model takes, or undefined. */
export const interfaceComplaint = (model: ModelInterface, inputs: readonly Tensor[]): string | undefined => {
  const names = (named: readonly { readonly name: string }[]): string =>
    named
      .map(({ name }) => name)
      .sort()
      .join(', ');
  if (names(inputs) !== names(model.inputs))
    return `inputs "${names(inputs)}" given, "${names(model.inputs)}" expected`;
  for (const spec of model.inputs) {
    for (const tensor of inputs) {
      const complaint = tensor.name === spec.name ? specComplaint(spec, tensor) : undefined;
      if (complaint !== undefined) return complaint;
    }
  }
  return undefined;
};
