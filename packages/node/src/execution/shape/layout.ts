import { refuse } from '../model-refusal.ts';
import { axisOf, broadcast, constantOf, countOf, type KnownTensor } from './known-tensor.ts';
import { inputOf, intOf, intsOf, type Operator, type OperatorCall, type OperatorResult } from './operator.ts';

const moved = (outputs: readonly KnownTensor[]): OperatorResult => ({
  outputs,
  work: { elements: outputs.reduce((sum, { dims }) => sum + countOf(dims), 0) },
});

/** A parameter that newer opsets take as an input and older ones as an attribute. Undefined: not given. */
const parameter = (call: OperatorCall, index: number, name: string): readonly number[] | undefined =>
  call.inputs[index] === undefined
    ? intsOf(call, name)
    : constantOf(call.inputs[index], `input ${index} (${name}) of ${call.opType}`);

const shape: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  if (call.attributes.has('start') || call.attributes.has('end')) {
    refuse('UNSUPPORTED_OPERATOR', 'Shape with start or end; slice its output');
  }
  return { outputs: [{ dims: [dims.length], values: dims, isInteger: true }], work: {} };
};

const flatten: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const axis = intOf(call, 'axis', 1);
  const split = axis < 0 ? axis + dims.length : axis;
  return moved([{ dims: [countOf(dims.slice(0, split)), countOf(dims.slice(split))] }]);
};

const reshape: Operator = (call) => {
  const x = inputOf(call, 0);
  const wanted = parameter(call, 1, 'shape') ?? refuse('MALFORMED', 'Reshape without a shape');
  const dims = wanted.map((dim, i) => (dim === 0 && intOf(call, 'allowzero', 0) === 0 ? (x.dims[i] ?? 0) : dim));
  const free = dims.indexOf(-1);
  const count = countOf(x.dims);
  if (free >= 0) dims[free] = count / countOf(dims.filter((_, i) => i !== free));
  if (countOf(dims) !== count) refuse('MALFORMED', `Reshape of dims ${x.dims.join('x')} to ${wanted.join('x')}`);
  return moved([{ ...x, dims }]);
};

const transpose: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const order = intsOf(call, 'perm') ?? dims.map((_, i) => dims.length - 1 - i);
  if (new Set(order).size !== dims.length || order.length !== dims.length)
    refuse('MALFORMED', `perm ${order.join(',')}`);
  return moved([{ dims: order.map((axis) => dims[axisOf(axis, dims.length)] as number) }]);
};

const squeeze: Operator = (call) => {
  const x = inputOf(call, 0);
  const axes = parameter(call, 1, 'axes')?.map((axis) => axisOf(axis, x.dims.length));
  return moved([{ ...x, dims: x.dims.filter((dim, i) => (axes === undefined ? dim !== 1 : !axes.includes(i))) }]);
};

const unsqueeze: Operator = (call) => {
  const x = inputOf(call, 0);
  const wanted = parameter(call, 1, 'axes') ?? refuse('MALFORMED', 'Unsqueeze without axes');
  const rank = x.dims.length + wanted.length;
  const axes = wanted.map((axis) => axisOf(axis, rank));
  const rest = [...x.dims];
  const dims = Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() ?? 1)));
  return moved([{ ...x, dims }]);
};

const concat: Operator = (call) => {
  const parts = call.inputs.map((_, i) => inputOf(call, i));
  const first = inputOf(call, 0);
  const axis = axisOf(intOf(call, 'axis', 0), first.dims.length);
  const dims = first.dims.map((dim, i) =>
    i === axis ? parts.reduce((sum, part) => sum + (part.dims[i] ?? 0), 0) : dim,
  );
  if (parts.some((part) => part.dims.some((dim, i) => i !== axis && dim !== dims[i]))) {
    refuse('MALFORMED', `Concat of dims ${parts.map((part) => part.dims.join('x')).join(' and ')}`);
  }
  const isKnown = dims.length === 1 && parts.every((part) => part.values !== undefined);
  const values = isKnown ? parts.flatMap((part) => part.values ?? []) : undefined;
  return moved([{ dims, values, isInteger: first.isInteger }]);
};

const split: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const axis = axisOf(intOf(call, 'axis', 0), dims.length);
  const size = dims[axis] as number;
  const part = Math.ceil(size / call.outputCount);
  const equal = Array.from({ length: call.outputCount }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
  const sizes = parameter(call, 1, 'split') ?? equal;
  if (sizes.reduce((a, b) => a + b, 0) !== size) refuse('MALFORMED', `Split of ${size} into ${sizes.join(',')}`);
  return moved(sizes.map((length) => ({ dims: dims.map((dim, i) => (i === axis ? length : dim)) })));
};

const gather: Operator = (call) => {
  const [x, indices] = [inputOf(call, 0), inputOf(call, 1)];
  const axis = axisOf(intOf(call, 'axis', 0), x.dims.length);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const { values } = x;
  const isKnown = x.dims.length === 1 && values !== undefined && indices.values !== undefined;
  const picked = isKnown ? indices.values?.map((index) => values?.at(index) ?? Number.NaN) : undefined;
  return moved([{ dims, values: picked, isInteger: x.isInteger }]);
};

const slice: Operator = (call) => {
  const x = inputOf(call, 0);
  const starts = parameter(call, 1, 'starts') ?? refuse('MALFORMED', 'Slice without starts');
  const ends = parameter(call, 2, 'ends') ?? refuse('MALFORMED', 'Slice without ends');
  const axes = parameter(call, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = parameter(call, 4, 'steps') ?? starts.map(() => 1);
  const dims = [...x.dims];
  let values = x.dims.length === 1 ? x.values : undefined;
  axes.forEach((given, i) => {
    const axis = axisOf(given, dims.length);
    const size = x.dims[axis] as number;
    const step = steps[i] ?? 1;
    if (step === 0) refuse('MALFORMED', 'Slice with a step of 0');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (at: number): number => Math.max(low, Math.min(high, at < 0 ? at + size : at));
    const from = clamp(starts[i] ?? 0);
    // An end below -size means "through the first element" of a walk backwards.
    const to = clamp(ends[i] ?? size);
    dims[axis] = Math.max(0, Math.ceil((to - from) / step));
    values = step > 0 ? values?.slice(from, to).filter((_, k) => k % step === 0) : undefined;
  });
  return moved([{ dims, values, isInteger: x.isInteger }]);
};

const expand: Operator = (call) => {
  const wanted = constantOf(call.inputs[1], 'the shape of Expand');
  return moved([{ dims: broadcast(inputOf(call, 0).dims, wanted) }]);
};

const tile: Operator = (call) => {
  const repeats = constantOf(call.inputs[1], 'the repeats of Tile');
  return moved([{ dims: inputOf(call, 0).dims.map((dim, i) => dim * (repeats[i] ?? 1)) }]);
};

const pad: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const pads = parameter(call, 1, 'pads') ?? refuse('MALFORMED', 'Pad without pads');
  if (call.inputs[3] !== undefined) refuse('UNSUPPORTED_OPERATOR', 'Pad with axes; pad every axis');
  return moved([{ dims: dims.map((dim, i) => dim + (pads[i] ?? 0) + (pads[i + dims.length] ?? 0)) }]);
};

const resize: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  if (call.attributes.has('axes')) refuse('UNSUPPORTED_OPERATOR', 'Resize with axes; resize every axis');
  const sizes = call.inputs[3] === undefined ? undefined : constantOf(call.inputs[3], 'the sizes of Resize');
  const factors = (): readonly number[] => {
    const given = [call.inputs[2], call.inputs[1]].find(
      (input) => input !== undefined && input.dims[0] === dims.length,
    );
    return given === undefined
      ? (call.attributes.get('scales')?.floats ?? [])
      : constantOf(given, 'the scales of Resize');
  };
  const scales = sizes === undefined ? factors() : [];
  const output = sizes ?? dims.map((dim, i) => Math.floor(dim * (scales[i] ?? Number.NaN)));
  // Interpolation reads four neighbours.
  return { outputs: [{ dims: output }], work: { elements: 4 * countOf(output) } };
};

/** Moves elements without computing. */
export const LAYOUT: readonly (readonly [string, Operator])[] = [
  ['Shape', shape],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
  ['Split', split],
  ['Gather', gather],
  ['Slice', slice],
  ['Expand', expand],
  ['Tile', tile],
  ['Pad', pad],
  ['Resize', resize],
  ['Upsample', resize],
];
