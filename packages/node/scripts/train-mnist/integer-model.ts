import type { onnx } from 'onnx-proto';
import { maxAbs } from './arithmetic.ts';
import type { Layer } from './layer.ts';
import { type Images, imageAt } from './mnist-images.ts';
import { CLASSES, HIDDEN, KERNELS_1, KERNELS_2, type Network } from './network.ts';
import { floats, int32s, int64s, modelBytes, node, UINT8, uint8s, valueInfo } from './onnx-builder.ts';

/** Training images whose activations set the quantisation ranges. */
const CALIBRATION_IMAGES = 200;
/** 8-bit weights are -127..127 around this zero point: unsigned ones are exact on every CPU, signed ones are not. */
const WEIGHT_ZERO = 128;
const WEIGHT_MAX = 127;

interface Ranges {
  /** Largest activation after each relu. */
  readonly peaks: readonly [number, number, number];
  readonly lowestLogit: number;
  readonly highestLogit: number;
}

const calibrate = (network: Network, images: Images): Ranges => {
  const [convolution1, convolution2, hidden] = network.layers;
  const peaks: [number, number, number] = [0, 0, 0];
  let [lowestLogit, highestLogit] = [0, 0];
  for (let i = 0; i < CALIBRATION_IMAGES; i++) {
    const logits = network.forward(imageAt(images, i));
    for (const [k, layer] of [convolution1, convolution2, hidden].entries()) {
      peaks[k] = Math.max(peaks[k] as number, maxAbs(layer.output));
    }
    lowestLogit = Math.min(lowestLogit, ...logits);
    highestLogit = Math.max(highestLogit, ...logits);
  }
  return { peaks, lowestLogit, highestLogit };
};

/** A real value is scale * (byte - zeroPoint). */
interface Quantisation {
  readonly name: string;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A zero point of 0 clips negatives: the relu comes for free. */
const positive = (name: string, peak: number): Quantisation => ({ name, scale: Math.fround(peak / 255), zeroPoint: 0 });

interface QuantisedLayer {
  readonly node: onnx.INodeProto;
  readonly initializers: readonly onnx.ITensorProto[];
}

/** One QLinearConv; the dense layers are convolutions over their whole input, since only those take an int32 bias. */
const quantiseLayer = (
  layer: Layer,
  dims: readonly number[],
  from: Quantisation,
  to: Quantisation,
  attributes: Readonly<Record<string, readonly number[]>>,
): QuantisedLayer => {
  const scale = Math.fround(maxAbs(layer.weights.values) / WEIGHT_MAX);
  const weights = Array.from(layer.weights.values, (w) => Math.round(w / scale) + WEIGHT_ZERO);
  const bias = Array.from(layer.bias.values, (b) => Math.round(b / (from.scale * scale)));
  const [w, ws, b] = [`${to.name}_w`, `${to.name}_w_scale`, `${to.name}_b`];
  const input = [from.name, `${from.name}_scale`, `${from.name}_zero`, w, ws, 'weight_zero'];
  return {
    node: node('QLinearConv', [...input, `${to.name}_scale`, `${to.name}_zero`, b], to.name, attributes),
    initializers: [uint8s(w, dims, weights), floats(ws, [], [scale]), int32s(b, [bias.length], bias)],
  };
};

const quantisationTensors = ({ name, scale, zeroPoint }: Quantisation): readonly onnx.ITensorProto[] => [
  floats(`${name}_scale`, [], [scale]),
  uint8s(`${name}_zero`, [], [zeroPoint]),
];

/** image uint8[N,1,28,28], grey 0..255 -> logits uint8[N,10]; integer arithmetic only, equal bytes on every CPU. */
export const buildIntegerModel = (network: Network, images: Images): Uint8Array => {
  const { peaks, lowestLogit, highestLogit } = calibrate(network, images);
  const [convolution1, convolution2, hidden, logits] = network.layers;
  const range = Math.fround((highestLogit - lowestLogit) / 255);
  const image = positive('image', 1);
  const act1 = positive('act1', peaks[0]);
  const act2 = positive('act2', peaks[1]);
  const act3 = positive('act3', peaks[2]);
  const act4: Quantisation = { name: 'act4', scale: range, zeroPoint: Math.round(-lowestLogit / range) };
  const strided = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  const layers = [
    quantiseLayer(convolution1, [KERNELS_1, 1, 3, 3], image, act1, strided),
    quantiseLayer(convolution2, [KERNELS_2, KERNELS_1, 3, 3], act1, act2, strided),
    quantiseLayer(hidden, [HIDDEN, KERNELS_2, 7, 7], act2, act3, { kernel_shape: [7, 7] }),
    quantiseLayer(logits, [CLASSES, HIDDEN, 1, 1], act3, act4, { kernel_shape: [1, 1] }),
  ];
  return modelBytes({
    name: 'mnist-uint8',
    node: [...layers.map((layer) => layer.node), node('Reshape', ['act4', 'flat'], 'logits')],
    initializer: [
      ...layers.flatMap((layer) => layer.initializers),
      ...[image, act1, act2, act3, act4].flatMap(quantisationTensors),
      uint8s('weight_zero', [], [WEIGHT_ZERO]),
      int64s('flat', [-1, CLASSES]),
    ],
    input: [valueInfo('image', UINT8, ['N', 1, 28, 28])],
    output: [valueInfo('logits', UINT8, ['N', CLASSES])],
  });
};
