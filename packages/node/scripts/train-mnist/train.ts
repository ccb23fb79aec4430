import { at } from './arithmetic.ts';
import type { Parameter } from './layer.ts';
import { type Images, imageAt } from './mnist-images.ts';
import { createNetwork, type Network } from './network.ts';
import { createRandom, shuffle } from './random.ts';

const BATCH = 32;
const LEARNING_RATES: readonly number[] = [0.002, 0.001, 0.0004, 0.0002];

export const EPOCHS: number = LEARNING_RATES.length;

/** Index of the largest value, the first of equals. */
export const argmax = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

/** Share of `images` whose largest logit is the label. */
export const accuracy = (classify: (pixels: Uint8Array) => ArrayLike<number>, images: Images): number => {
  let right = 0;
  for (let i = 0; i < images.count; i++) {
    if (argmax(classify(imageAt(images, i))) === images.labels[i]) right++;
  }
  return right / images.count;
};

/** One step of Adam (beta 0.9, 0.999) on the gradient summed over a batch; clears it. */
const adam = (parameter: Parameter, rate: number, meanScale: number, varianceScale: number): void => {
  const { values, gradient, mean, variance } = parameter;
  for (let i = 0; i < values.length; i++) {
    const slope = at(gradient, i) / BATCH;
    mean[i] = 0.9 * at(mean, i) + 0.1 * slope;
    variance[i] = 0.999 * at(variance, i) + 0.001 * slope * slope;
    const step = at(mean, i) / meanScale / (Math.sqrt(at(variance, i) / varianceScale) + 1e-8);
    values[i] = at(values, i) - rate * step;
    gradient[i] = 0;
  }
};

/** Trains on the first `count` images. The same arguments give the same weights on every machine. */
export const trainNetwork = (
  images: Images,
  count: number,
  epochs: number,
  onEpoch: (epoch: number, network: Network) => void = () => {},
): Network => {
  const random = createRandom();
  const network = createNetwork(random);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let [beta1, beta2] = [1, 1];
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    const rate = LEARNING_RATES[Math.min(epoch, EPOCHS - 1)] as number;
    for (let start = 0; start + BATCH <= count; start += BATCH) {
      for (let i = start; i < start + BATCH; i++) {
        const index = order[i] as number;
        network.forward(imageAt(images, index));
        network.backward(images.labels[index] as number);
      }
      beta1 *= 0.9;
      beta2 *= 0.999;
      for (const parameter of network.parameters) adam(parameter, rate, 1 - beta1, 1 - beta2);
    }
    onEpoch(epoch, network);
  }
  return network;
};
