import { elementCountOf, elementReader } from './element.ts';
import type { Tensor } from './tensor.ts';

/** |a - b| <= atol + rtol * max(|a|, |b|) is agreement. Both finite and not negative. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** Beyond two tolerances all outputs are equally wrong: it keeps one wild output from moving the medoid. */
export const DISTANCE_CAP: number = 2;

const capped = (ratio: number): number =>
  // Also NaN (infinite over infinite) is beyond.
  ratio <= DISTANCE_CAP ? ratio : DISTANCE_CAP;

const numberDistance = (a: number, b: number, { atol, rtol }: Tolerance): number => {
  // NaN only with NaN, infinities and zeros exactly.
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return DISTANCE_CAP;
  return capped(Math.abs(a - b) / (atol + rtol * Math.max(Math.abs(a), Math.abs(b))));
};

/** The difference of 64-bit integers is taken before rounding to a double. */
const bigintDistance = (a: bigint, b: bigint, { atol, rtol }: Tolerance): number => {
  if (a === b) return 0;
  const difference = Number(a > b ? a - b : b - a);
  return capped(difference / (atol + rtol * Math.max(Math.abs(Number(a)), Math.abs(Number(b)))));
};

const isSameShape = (a: Tensor, b: Tensor): boolean =>
  a.name === b.name &&
  a.type === b.type &&
  a.bytes.length === b.bytes.length &&
  a.dims.length === b.dims.length &&
  a.dims.every((dim, i) => dim === b.dims[i]);

const tensorDistance = (a: Tensor, b: Tensor, count: number, tolerance: Tolerance): number => {
  if (!isSameShape(a, b)) return DISTANCE_CAP;
  const readA = elementReader(a);
  const readB = elementReader(b);
  let farthest = 0;
  for (let i = 0; i < count && farthest < DISTANCE_CAP; i += 1) {
    const x = readA(i);
    const y = readB(i);
    const distance =
      typeof x === 'bigint' || typeof y === 'bigint'
        ? bigintDistance(BigInt(x), BigInt(y), tolerance)
        : numberDistance(x, y, tolerance);
    if (distance > farthest) farthest = distance;
  }
  return farthest;
};

/**
 * Distance of two outputs in tolerances: max over all elements of |a - b| / (atol + rtol * max(|a|, |b|)), capped at 2;
 * they agree iff it is at most 1. Names, types and shapes must be equal. IEEE doubles in one order: every peer gets
 * the same bits.
 */
export const distanceOf = (a: readonly Tensor[], b: readonly Tensor[], tolerance: Tolerance): number => {
  if (a.length !== b.length) return DISTANCE_CAP;
  return a.reduce((farthest, tensor, i) => {
    const other = b[i];
    if (other === undefined || farthest >= DISTANCE_CAP) return DISTANCE_CAP;
    return Math.max(farthest, tensorDistance(tensor, other, elementCountOf(tensor), tolerance));
  }, 0);
};
