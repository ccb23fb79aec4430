import { axisOf, constantOf, countOf } from './known-tensor.ts';
import { inputOf, intOf, intsOf, type Operator, type OperatorCall } from './operator.ts';

const axesOf = (call: OperatorCall): readonly number[] | undefined =>
  call.inputs[1] === undefined ? intsOf(call, 'axes') : constantOf(call.inputs[1], `the axes of ${call.opType}`);

const reduce: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const given = axesOf(call);
  const isNoop = (given === undefined || given.length === 0) && intOf(call, 'noop_with_empty_axes', 0) === 1;
  const axes = given?.length ? given.map((axis) => axisOf(axis, dims.length)) : dims.map((_, i) => i);
  const keeps = intOf(call, 'keepdims', 1) === 1;
  const reduced = dims.map((dim, i) => (axes.includes(i) ? 1 : dim)).filter((_, i) => keeps || !axes.includes(i));
  return { outputs: [{ dims: isNoop ? dims : reduced }], work: { elements: countOf(dims) } };
};

const argReduce: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  const axis = axisOf(intOf(call, 'axis', 0), dims.length);
  const keeps = intOf(call, 'keepdims', 1) === 1;
  const reduced = dims.map((dim, i) => (i === axis ? 1 : dim)).filter((_, i) => keeps || i !== axis);
  return { outputs: [{ dims: reduced }], work: { elements: countOf(dims) } };
};

const REDUCTIONS = 'ReduceL1 ReduceL2 ReduceLogSum ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

/** Folds axes away. */
export const REDUCTION: readonly (readonly [string, Operator])[] = [
  ...REDUCTIONS.split(' ').map((name) => [name, reduce] as const),
  ['ArgMax', argReduce],
  ['ArgMin', argReduce],
];
