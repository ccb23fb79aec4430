import { refuse } from '../model-refusal.ts';

/** What is known of a value before anything runs: its dims, and its elements when they are few and constant. */
export interface KnownTensor {
  readonly dims: readonly number[];
  /** Constant elements in row-major order: shapes, axes, scales. Undefined: they depend on the input, or are many. */
  readonly values?: readonly number[] | undefined;
  /** Division of constants truncates. */
  readonly isInteger?: boolean | undefined;
}

/** 2^27 float32 are 512 MiB: a single value larger than this fits no child. */
const MAX_ELEMENTS = 2 ** 27;

/** Shape arithmetic needs a few; more would let a hostile graph fill the memory with constants. */
export const MAX_KNOWN_VALUES: number = 64;

/** ONNX Runtime's own kernels stop well below. */
const MAX_RANK = 16;

/** Product of dims. Throws UNBOUNDED_SHAPE above MAX_ELEMENTS or on a dim that is no count, TOO_COMPLEX by its rank. */
export const countOf = (dims: readonly number[]): number => {
  if (dims.length > MAX_RANK) refuse('TOO_COMPLEX', `a tensor of rank ${dims.length}, at most ${MAX_RANK}`);
  let count = 1;
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0)
      refuse('UNBOUNDED_SHAPE', `dims ${dims.join('x')}: each must be a count`);
    count *= dim;
    if (count > MAX_ELEMENTS) refuse('UNBOUNDED_SHAPE', `dims ${dims.join('x')}: more than ${MAX_ELEMENTS} elements`);
  }
  return count;
};

/** Elements that must be constant, because a shape follows from them. */
export const constantOf = (tensor: KnownTensor | undefined, what: string): readonly number[] =>
  tensor?.values ?? refuse('UNBOUNDED_SHAPE', `${what} depends on the input's values; make it constant`);

/** A negative axis counts from the end. */
export const axisOf = (axis: number, rank: number): number => {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank) {
    refuse('MALFORMED', `axis ${axis} of a tensor of rank ${rank}`);
  }
  return positive;
};

/** ONNX's multidirectional broadcasting. */
export const broadcast = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) refuse('MALFORMED', `dims ${a.join('x')} and ${b.join('x')} do not broadcast`);
    return x === 1 ? y : x;
  });
};
