import { addScaled, at, dot, type Vector } from './arithmetic.ts';
import type { Random } from './random.ts';

/** Trained values with their gradient and the two moments of Adam. */
export interface Parameter {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** A layer y = relu(W x + b) or W x + b. It owns its output and its input's gradient. */
export interface Layer {
  readonly weights: Parameter;
  readonly bias: Parameter;
  readonly output: Float32Array;
  readonly inputGradient: Float32Array;
  readonly forward: (input: Vector) => void;
  /** Adds to the parameters' gradients and overwrites `inputGradient`. Call after `forward` on the same input. */
  readonly backward: (input: Vector, outputGradient: Vector) => void;
}

const createParameter = (size: number, initial: () => number): Parameter => ({
  values: Float32Array.from({ length: size }, initial),
  gradient: new Float32Array(size),
  mean: new Float32Array(size),
  variance: new Float32Array(size),
});

const createParameters = (rows: number, columns: number, deviation: number, random: Random) => ({
  weights: createParameter(rows * columns, () => random.normal() * deviation),
  bias: createParameter(rows, () => 0),
});

export const createDense = (
  inputs: number,
  outputs: number,
  deviation: number,
  relu: boolean,
  random: Random,
): Layer => {
  const { weights, bias } = createParameters(outputs, inputs, deviation, random);
  const output = new Float32Array(outputs);
  const inputGradient = new Float32Array(inputs);
  const forward = (input: Vector): void => {
    for (let o = 0; o < outputs; o++) {
      const sum = at(bias.values, o) + dot(weights.values, o * inputs, input, 0, inputs);
      output[o] = relu && sum < 0 ? 0 : sum;
    }
  };
  const backward = (input: Vector, outputGradient: Vector): void => {
    inputGradient.fill(0);
    for (let o = 0; o < outputs; o++) {
      if (relu && at(output, o) <= 0) continue;
      const slope = at(outputGradient, o);
      bias.gradient[o] = at(bias.gradient, o) + slope;
      addScaled(weights.gradient, o * inputs, slope, input, 0, inputs);
      addScaled(inputGradient, 0, slope, weights.values, o * inputs, inputs);
    }
  };
  return { weights, bias, output, inputGradient, forward, backward };
};

/** For each output position its 9 * channels input indices in the order of an ONNX kernel, -1 in the padding. */
const patchIndices = (channels: number, side: number): Int32Array => {
  const outputSide = side / 2;
  const indices: number[] = [];
  for (let p = 0; p < outputSide * outputSide; p++) {
    const [top, left] = [Math.floor(p / outputSide) * 2 - 1, (p % outputSide) * 2 - 1];
    for (let k = 0; k < channels * 9; k++) {
      const [row, column] = [top + (Math.floor(k / 3) % 3), left + (k % 3)];
      const inside = row >= 0 && row < side && column >= 0 && column < side;
      indices.push(inside ? Math.floor(k / 9) * side * side + row * side + column : -1);
    }
  }
  return Int32Array.from(indices);
};

/** 3 x 3 convolution, stride 2, padding 1, relu; input [channels, side, side], output [kernels, side / 2, side / 2]. */
export const createConvolution = (channels: number, side: number, kernels: number, random: Random): Layer => {
  const size = channels * 9;
  const positions = (side / 2) ** 2;
  const { weights, bias } = createParameters(kernels, size, Math.sqrt(2 / size), random);
  const output = new Float32Array(kernels * positions);
  const inputGradient = new Float32Array(channels * side * side);
  const indices = patchIndices(channels, side);
  const indexAt = (i: number): number => indices[i] as number;
  const patches = new Float32Array(indices.length);
  const patchGradients = new Float32Array(indices.length);
  const forward = (input: Vector): void => {
    for (let i = 0; i < indices.length; i++) patches[i] = indexAt(i) < 0 ? 0 : at(input, indexAt(i));
    for (let k = 0; k < kernels; k++) {
      for (let p = 0; p < positions; p++) {
        const sum = at(bias.values, k) + dot(weights.values, k * size, patches, p * size, size);
        output[k * positions + p] = sum < 0 ? 0 : sum;
      }
    }
  };
  const backward = (_input: Vector, outputGradient: Vector): void => {
    patchGradients.fill(0);
    for (let k = 0; k < kernels; k++) {
      for (let p = 0; p < positions; p++) {
        if (at(output, k * positions + p) <= 0) continue;
        const slope = at(outputGradient, k * positions + p);
        bias.gradient[k] = at(bias.gradient, k) + slope;
        addScaled(weights.gradient, k * size, slope, patches, p * size, size);
        addScaled(patchGradients, p * size, slope, weights.values, k * size, size);
      }
    }
    inputGradient.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const index = indexAt(i);
      if (index >= 0) inputGradient[index] = at(inputGradient, index) + at(patchGradients, i);
    }
  };
  return { weights, bias, output, inputGradient, forward, backward };
};
