import { createHash } from 'node:crypto';
import { at, exponential } from './arithmetic.ts';
import { createConvolution, createDense, type Layer, type Parameter } from './layer.ts';
import { IMAGE_BYTES } from './mnist-images.ts';
import type { Random } from './random.ts';

export const CLASSES: number = 10;
export const KERNELS_1: number = 8;
export const KERNELS_2: number = 16;
export const HIDDEN: number = 64;
export const FLAT: number = KERNELS_2 * 7 * 7;

/** image[1,28,28] -> conv 8 -> conv 16 -> dense 64 -> dense 10 logits; 52 138 parameters. */
export interface Network {
  readonly layers: readonly [convolution1: Layer, convolution2: Layer, hidden: Layer, logits: Layer];
  readonly parameters: readonly Parameter[];
  /** Pixels 0..255; returns the logits, valid until the next call. */
  readonly forward: (pixels: Uint8Array) => Float32Array;
  /** Adds the gradient of the cross entropy of the last forwarded image. */
  readonly backward: (label: number) => void;
}

export const createNetwork = (random: Random): Network => {
  const convolution1 = createConvolution(1, 28, KERNELS_1, random);
  const convolution2 = createConvolution(KERNELS_1, 14, KERNELS_2, random);
  const hidden = createDense(FLAT, HIDDEN, Math.sqrt(2 / FLAT), true, random);
  const logits = createDense(HIDDEN, CLASSES, Math.sqrt(1 / HIDDEN), false, random);
  const layers = [convolution1, convolution2, hidden, logits] as const;
  const image = new Float32Array(IMAGE_BYTES);
  const slopes = new Float32Array(CLASSES);
  const forward = (pixels: Uint8Array): Float32Array => {
    for (let i = 0; i < IMAGE_BYTES; i++) image[i] = (pixels[i] as number) / 255;
    convolution1.forward(image);
    convolution2.forward(convolution1.output);
    hidden.forward(convolution2.output);
    logits.forward(hidden.output);
    return logits.output;
  };
  const backward = (label: number): void => {
    softmaxSlopes(logits.output, label, slopes);
    logits.backward(hidden.output, slopes);
    hidden.backward(convolution2.output, logits.inputGradient);
    convolution2.backward(convolution1.output, hidden.inputGradient);
    convolution1.backward(image, convolution2.inputGradient);
  };
  return { layers, parameters: layers.flatMap((layer) => [layer.weights, layer.bias]), forward, backward };
};

/** softmax(logits) minus the one-hot label: the derivative of the cross entropy. */
const softmaxSlopes = (logits: Float32Array, label: number, slopes: Float32Array): void => {
  const max = logits.reduce((a, b) => (b > a ? b : a));
  let sum = 0;
  for (let k = 0; k < CLASSES; k++) {
    slopes[k] = exponential(at(logits, k) - max);
    sum += at(slopes, k);
  }
  for (let k = 0; k < CLASSES; k++) slopes[k] = at(slopes, k) / sum - (k === label ? 1 : 0);
};

/** sha256 over all parameters in order: two machines trained the same network if and only if it is equal. */
export const weightsHash = (network: Network): string => {
  const hash = createHash('sha256');
  for (const { values } of network.parameters) hash.update(new Uint8Array(values.buffer));
  return hash.digest('hex');
};
