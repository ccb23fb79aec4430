import { refuse } from '../model-refusal.ts';
import { broadcast, countOf } from './known-tensor.ts';
import { inputOf, intOf, type Operator } from './operator.ts';

const gemm: Operator = (call) => {
  const [a, b] = [inputOf(call, 0).dims, inputOf(call, 1).dims];
  if (a.length !== 2 || b.length !== 2) refuse('MALFORMED', `Gemm of dims ${a.join('x')} and ${b.join('x')}`);
  const [rows, inner] = intOf(call, 'transA', 0) === 1 ? [a[1], a[0]] : a;
  const [otherInner, columns] = intOf(call, 'transB', 0) === 1 ? [b[1], b[0]] : b;
  if (inner !== otherInner) refuse('MALFORMED', `Gemm of dims ${a.join('x')} and ${b.join('x')}`);
  const dims = [rows as number, columns as number];
  return { outputs: [{ dims }], work: { macs: countOf(dims) * (inner as number) } };
};

/** A vector is a matrix of one row (left) or one column (right) whose dim of 1 is dropped again. */
const multiply =
  (rightInput: number, isInteger: boolean): Operator =>
  (call) => {
    const [left, right] = [inputOf(call, 0).dims, inputOf(call, rightInput).dims];
    const inner = left.at(-1) ?? refuse('MALFORMED', `${call.opType} of a scalar`);
    if (right.length === 0) refuse('MALFORMED', `${call.opType} by a scalar`);
    const a = left.length === 1 ? [1, inner] : left;
    const b = right.length === 1 ? [right[0] as number, 1] : right;
    if (b.at(-2) !== inner) refuse('MALFORMED', `${call.opType} of dims ${left.join('x')} and ${right.join('x')}`);
    const batch = broadcast(a.slice(0, -2), b.slice(0, -2));
    const rows = left.length === 1 ? [] : [a.at(-2) as number];
    const columns = right.length === 1 ? [] : [b.at(-1) as number];
    const dims = [...batch, ...rows, ...columns];
    const macs = countOf(dims) * inner;
    return { outputs: [{ dims }], work: isInteger ? { integerMacs: macs } : { macs } };
  };

/** Products of matrices. */
export const MATRIX: readonly (readonly [string, Operator])[] = [
  ['Gemm', gemm],
  ['MatMul', multiply(1, false)],
  ['MatMulInteger', multiply(1, true)],
  ['QLinearMatMul', multiply(3, true)],
];
