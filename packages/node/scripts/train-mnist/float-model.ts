import { CLASSES, FLAT, HIDDEN, KERNELS_1, KERNELS_2, type Network } from './network.ts';
import { FLOAT, floats, modelBytes, node, valueInfo } from './onnx-builder.ts';

const CONVOLUTION = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };

/** image float32[N,1,28,28], grey 0..1 -> logits float32[N,10]. */
export const buildFloatModel = ({ layers: [convolution1, convolution2, hidden, logits] }: Network): Uint8Array =>
  modelBytes({
    name: 'mnist-float32',
    node: [
      node('Conv', ['image', 'w1', 'b1'], 'conv1', CONVOLUTION),
      node('Relu', ['conv1'], 'relu1'),
      node('Conv', ['relu1', 'w2', 'b2'], 'conv2', CONVOLUTION),
      node('Relu', ['conv2'], 'relu2'),
      node('Flatten', ['relu2'], 'flat', { axis: 1 }),
      node('Gemm', ['flat', 'w3', 'b3'], 'dense3', { transB: 1 }),
      node('Relu', ['dense3'], 'relu3'),
      node('Gemm', ['relu3', 'w4', 'b4'], 'logits', { transB: 1 }),
    ],
    initializer: [
      floats('w1', [KERNELS_1, 1, 3, 3], convolution1.weights.values),
      floats('b1', [KERNELS_1], convolution1.bias.values),
      floats('w2', [KERNELS_2, KERNELS_1, 3, 3], convolution2.weights.values),
      floats('b2', [KERNELS_2], convolution2.bias.values),
      floats('w3', [HIDDEN, FLAT], hidden.weights.values),
      floats('b3', [HIDDEN], hidden.bias.values),
      floats('w4', [CLASSES, HIDDEN], logits.weights.values),
      floats('b4', [CLASSES], logits.bias.values),
    ],
    input: [valueInfo('image', FLOAT, ['N', 1, 28, 28])],
    output: [valueInfo('logits', FLOAT, ['N', CLASSES])],
  });
