import { refuse } from '../model-refusal.ts';
import { countOf, type KnownTensor } from './known-tensor.ts';
import { inputOf, intOf, intsOf, type Operator, type OperatorCall, stringOf } from './operator.ts';

/** Spatial output dims of a sliding window over `x` [batch, channels, ...spatial]. */
const slide = (call: OperatorCall, x: KnownTensor, kernel: readonly number[]): readonly number[] => {
  const spatial = x.dims.slice(2);
  if (spatial.length === 0 || kernel.length !== spatial.length) {
    refuse('MALFORMED', `${call.opType}: a kernel of rank ${kernel.length} on dims ${x.dims.join('x')}`);
  }
  const strides = intsOf(call, 'strides') ?? spatial.map(() => 1);
  const dilations = intsOf(call, 'dilations') ?? spatial.map(() => 1);
  const pads = intsOf(call, 'pads') ?? [...spatial, ...spatial].map(() => 0);
  const isSame = stringOf(call, 'auto_pad').startsWith('SAME');
  return spatial.map((size, i) => {
    const stride = strides[i] ?? 1;
    // A stride of 0 crashed older runtimes.
    if (!(stride > 0)) return refuse('MALFORMED', `${call.opType}: stride ${stride}`);
    if (isSame) return Math.ceil(size / stride);
    const padded = size + (pads[i] ?? 0) + (pads[i + spatial.length] ?? 0);
    const steps = (padded - (dilations[i] ?? 1) * ((kernel[i] as number) - 1) - 1) / stride;
    return (intOf(call, 'ceil_mode', 0) === 1 ? Math.ceil(steps) : Math.floor(steps)) + 1;
  });
};

const convolve =
  (weightInput: number, isInteger: boolean): Operator =>
  (call) => {
    const [x, w] = [inputOf(call, 0), inputOf(call, weightInput)];
    const [kernels = 0, channels = 0, ...kernel] = w.dims;
    if (x.dims[1] !== channels * intOf(call, 'group', 1)) {
      refuse('MALFORMED', `${call.opType}: a kernel of dims ${w.dims.join('x')} on dims ${x.dims.join('x')}`);
    }
    const dims = [x.dims[0] ?? 1, kernels, ...slide(call, x, kernel)];
    const macs = countOf(dims) * channels * countOf(kernel);
    return { outputs: [{ dims }], work: isInteger ? { integerMacs: macs } : { macs } };
  };

const convolveTransposed: Operator = (call) => {
  const [x, w] = [inputOf(call, 0), inputOf(call, 1)];
  const [, channels = 0, ...kernel] = w.dims;
  const spatial = x.dims.slice(2);
  if (call.attributes.has('output_shape') || stringOf(call, 'auto_pad').startsWith('SAME')) {
    refuse('UNSUPPORTED_OPERATOR', 'ConvTranspose with output_shape or auto_pad; give explicit pads');
  }
  const strides = intsOf(call, 'strides') ?? spatial.map(() => 1);
  const dilations = intsOf(call, 'dilations') ?? spatial.map(() => 1);
  const pads = intsOf(call, 'pads') ?? [...spatial, ...spatial].map(() => 0);
  const extra = intsOf(call, 'output_padding') ?? spatial.map(() => 0);
  const sizes = spatial.map((size, i) => {
    const window = (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    return (size - 1) * (strides[i] ?? 1) + (extra[i] ?? 0) + window - (pads[i] ?? 0) - (pads[i + spatial.length] ?? 0);
  });
  const dims = [x.dims[0] ?? 1, channels * intOf(call, 'group', 1), ...sizes];
  return { outputs: [{ dims }], work: { macs: countOf(x.dims) * channels * countOf(kernel), elements: countOf(dims) } };
};

const pool: Operator = (call) => {
  const x = inputOf(call, 0);
  const kernel = intsOf(call, 'kernel_shape') ?? refuse('MALFORMED', `${call.opType} without kernel_shape`);
  const dims = [x.dims[0] ?? 1, x.dims[1] ?? 1, ...slide(call, x, kernel)];
  return { outputs: [{ dims }, { dims }], work: { elements: countOf(dims) * countOf(kernel) } };
};

const globalPool: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  return { outputs: [{ dims: dims.map((dim, i) => (i < 2 ? dim : 1)) }], work: { elements: countOf(dims) } };
};

/** Windows over an image. */
export const CONVOLUTION: readonly (readonly [string, Operator])[] = [
  ['Conv', convolve(1, false)],
  ['ConvInteger', convolve(1, true)],
  ['QLinearConv', convolve(3, true)],
  ['ConvTranspose', convolveTransposed],
  ['MaxPool', pool],
  ['AveragePool', pool],
  ['GlobalAveragePool', globalPool],
  ['GlobalMaxPool', globalPool],
];
