// Training must give the same weights on every machine, so everything here is + - * / and sqrt on IEEE doubles, which
// the language fixes bit for bit; Math.exp and its kin are left to the engine by the standard.

/** One kind of array only: a second one would make every access polymorphic and the training ten times slower. */
export type Vector = Float32Array;

export const at = (vector: Vector, index: number): number => vector[index] as number;

/** Sum of a[aStart + i] * b[bStart + i] in index order. */
export const dot = (a: Vector, aStart: number, b: Vector, bStart: number, length: number): number => {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += at(a, aStart + i) * at(b, bStart + i);
  return sum;
};

/** target[targetStart + i] += factor * source[sourceStart + i]. */
export const addScaled = (
  target: Vector,
  targetStart: number,
  factor: number,
  source: Vector,
  sourceStart: number,
  length: number,
): void => {
  for (let i = 0; i < length; i++) {
    target[targetStart + i] = at(target, targetStart + i) + factor * at(source, sourceStart + i);
  }
};

export const maxAbs = (vector: Vector): number =>
  vector.reduce((max: number, x) => (Math.abs(x) > max ? Math.abs(x) : max), 0);

const SQUARINGS = 10;

/** e^x to 8 digits or better for the -40 <= x <= 0 that matter in a softmax: Taylor's series at x / 1024, squared ten times. */
export const exponential = (x: number): number => {
  const r = x / 2 ** SQUARINGS;
  let power = 1 + r * (1 + (r / 2) * (1 + (r / 3) * (1 + (r / 4) * (1 + r / 5))));
  for (let i = 0; i < SQUARINGS; i++) power *= power;
  return power;
};
