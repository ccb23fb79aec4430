import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import onnxProto, { type onnx } from 'onnx-proto';
import protobuf from 'protobufjs';
import { FLOAT, floats, node, valueInfo } from '../../scripts/train-mnist/onnx-builder.ts';
import type { ModelRefusal } from '../../src/execution/model-refusal.ts';
import { admitModel, inspectModel } from '../../src/execution/onnx-gate.ts';
import {
  boolTensor,
  committedModel,
  endlessLoop,
  graphAttribute,
  hugeTensor,
  int64Tensor,
  modelOf,
  tensorAttribute,
  withAttributes,
} from './fixture/models.ts';

const { ModelProto } = onnxProto.onnx;

const externalTensor = (location: string): onnx.ITensorProto => ({
  name: 'w',
  dataType: FLOAT,
  dims: [1],
  dataLocation: 1,
  externalData: [{ key: 'location', value: location }],
});

const identityBranch = (name: string): onnx.IGraphProto => ({
  name,
  node: [node('Identity', ['x'], name)],
  output: [valueInfo(name, FLOAT, [1])],
});

const relu = (depth: number, count: number): onnx.INodeProto[] =>
  Array.from({ length: count }, (_, i) => node('Relu', [i === 0 ? 'x' : `t${i}`], i === depth - 1 ? 'y' : `t${i + 1}`));

/** A function that doubles its argument by calling the one below: 2^18 nodes after inlining, in 1.3 kB. */
const functionBomb = (): Uint8Array => {
  const domain = 'bomb';
  const functions = Array.from({ length: 18 }, (_, k): onnx.IFunctionProto => {
    const call = (from: string, to: string): onnx.INodeProto => ({ ...node(`F${k - 1}`, [from], to), domain });
    const body = k === 0 ? [node('Add', ['a', 'a'], 'o')] : [call('a', 't'), call('t', 'o')];
    return { name: `F${k}`, input: ['a'], output: ['o'], node: body };
  });
  return modelOf({ node: [{ ...node('F17', ['x'], 'y'), domain }] }, { functions });
};

const nestedIf = (depth: number): onnx.IGraphProto => {
  let graph = identityBranch('o0');
  for (let i = 1; i <= depth; i += 1) {
    const branches = [graphAttribute('then_branch', graph), graphAttribute('else_branch', identityBranch(`e${i}`))];
    graph = {
      name: `g${i}`,
      node: [withAttributes(node('If', ['go'], `o${i}`), ...branches)],
      output: [valueInfo(`o${i}`, FLOAT, [1])],
    };
  }
  return graph;
};

/** Field 7 of ModelProto is the graph, field 1 of GraphProto a node: four bytes of file for each empty node. */
const manyEmptyNodes = (count: number): Uint8Array => {
  const nodes = protobuf.Writer.create();
  for (let i = 0; i < count; i += 1) nodes.uint32((1 << 3) | 2).uint32(0);
  return protobuf.Writer.create()
    .uint32((7 << 3) | 2)
    .bytes(nodes.finish())
    .finish();
};

/** Two graph fields: C++ protobuf merges them, protobufjs keeps the last one. */
const twoGraphs = (): Uint8Array => {
  const harmless = modelOf({ node: [node('Relu', ['x'], 'y')] });
  const hidden = ModelProto.encode({ graph: { node: [node('RandomNormalLike', ['x'], 'r')] } }).finish();
  return Uint8Array.from([...hidden, ...harmless]);
};

const HOSTILE: readonly (readonly [name: string, code: ModelRefusal, bytes: () => Uint8Array])[] = [
  ['text', 'MALFORMED', () => new TextEncoder().encode('this is no model')],
  ['nothing', 'MALFORMED', () => new Uint8Array()],
  ['a cut file', 'MALFORMED', () => committedModel('mnist-float32').subarray(0, 50_000)],
  [
    'weights in a local file',
    'EXTERNAL_DATA',
    () => modelOf({ initializer: [externalTensor('../secret.txt')], node: [node('Add', ['w', 'x'], 'y')] }),
  ],
  [
    'weights in memory',
    'EXTERNAL_DATA',
    () => modelOf({ initializer: [externalTensor('*/_ORT_MEM_ADDR_/*')], node: [node('Add', ['w', 'x'], 'y')] }),
  ],
  [
    'a constant in a local file',
    'EXTERNAL_DATA',
    () => {
      const constant = withAttributes(
        node('Constant', [], 'w'),
        tensorAttribute('value', externalTensor('/etc/passwd')),
      );
      return modelOf({ node: [constant, node('Add', ['w', 'x'], 'y')] });
    },
  ],
  ['an endless loop', 'CONTROL_FLOW', () => endlessLoop({ grows: false })],
  ['a loop that fills the memory', 'CONTROL_FLOW', () => endlessLoop({ grows: true })],
  ['branches', 'CONTROL_FLOW', () => modelOf({ ...nestedIf(3), initializer: [boolTensor('go')] })],
  ['branches 8 000 deep', 'TOO_COMPLEX', () => deepGraph(8_000)],
  ['a function bomb', 'LOCAL_FUNCTION', functionBomb],
  [
    'an operator of a foreign domain',
    'FOREIGN_DOMAIN',
    () => modelOf({ node: [{ ...node('PyOp', ['x'], 'y'), domain: 'evil.domain' }] }),
  ],
  [
    'a random operator',
    'NONDETERMINISTIC',
    () => modelOf({ node: [node('RandomNormalLike', ['x'], 'r'), node('Add', ['r', 'x'], 'y')] }),
  ],
  [
    'a random operator with a seed',
    'NONDETERMINISTIC',
    () => modelOf({ node: [node('RandomUniformLike', ['x'], 'y', { seed: 42 })] }),
  ],
  [
    'dropout in training mode',
    'NONDETERMINISTIC',
    () =>
      modelOf({
        initializer: [floats('ratio', [], [0.5]), boolTensor('training')],
        node: [node('Dropout', ['x', 'ratio', 'training'], 'y')],
      }),
  ],
  [
    'sparse weights',
    'SPARSE_TENSOR',
    () =>
      modelOf({ sparseInitializer: [{ values: floats('w', [1], [1]), dims: [9] }], node: [node('Relu', ['x'], 'y')] }),
  ],
  ['a tensor of 4 TiB', 'UNBOUNDED_SHAPE', () => hugeTensor([1_048_576n, 1_048_576n])],
  ['dims whose product overflows', 'UNBOUNDED_SHAPE', () => hugeTensor([2n ** 32n, 2n ** 32n, 4n])],
  [
    'a shape that the input chooses',
    'UNBOUNDED_SHAPE',
    () =>
      modelOf({
        node: [node('Expand', ['x', 'dims'], 'big'), node('ReduceSum', ['big'], 'y')],
        input: [valueInfo('x', FLOAT, [1]), valueInfo('dims', 7, ['R'])],
      }),
  ],
  [
    'an input without a shape',
    'UNBOUNDED_SHAPE',
    () =>
      modelOf({ input: [{ name: 'x', type: { tensorType: { elemType: FLOAT } } }], node: [node('Relu', ['x'], 'y')] }),
  ],
  [
    '2 * 200 * 4096^3 operations',
    'TOO_EXPENSIVE',
    () =>
      modelOf({
        initializer: [int64Tensor('dims', [2], [4096n, 4096n])],
        node: [
          node('Expand', ['x', 'dims'], 'm0'),
          ...Array.from({ length: 200 }, (_, i) => node('MatMul', [`m${i}`, `m${i}`], `m${i + 1}`)),
          node('ReduceSum', ['m200'], 'y', { keepdims: 0 }),
        ],
        output: [valueInfo('y', FLOAT, [])],
      }),
  ],
  ['200 000 nodes', 'TOO_COMPLEX', () => modelOf({ node: relu(200_000, 200_000) })],
  ['two million empty nodes', 'TOO_COMPLEX', () => manyEmptyNodes(2_000_000)],
  [
    'weights shorter than their dims',
    'MALFORMED',
    () =>
      modelOf({
        initializer: [{ name: 'w', dataType: FLOAT, dims: [1_000_000], rawData: new Uint8Array(16) }],
        node: [node('Add', ['w', 'x'], 'y')],
      }),
  ],
  [
    'a negative dim',
    'UNBOUNDED_SHAPE',
    () =>
      modelOf({
        initializer: [{ name: 'w', dataType: FLOAT, dims: [-5], rawData: new Uint8Array(16) }],
        node: [node('Add', ['w', 'x'], 'y')],
      }),
  ],
  ['a cycle', 'MALFORMED', () => modelOf({ node: [node('Add', ['x', 'b'], 'a'), node('Neg', ['a'], 'b')] })],
  [
    'a convolution with stride 0',
    'MALFORMED',
    () =>
      modelOf({
        initializer: [floats('k', [1, 1, 1, 1], [1])],
        node: [node('Conv', ['x', 'k'], 'y', { strides: [0, 0] })],
        input: [valueInfo('x', FLOAT, [1, 1, 4, 4])],
      }),
  ],
  [
    'strings',
    'UNSUPPORTED_TYPE',
    () => modelOf({ input: [valueInfo('x', 8, [1])], node: [node('Identity', ['x'], 'y')] }),
  ],
  ['an operator that cannot be priced', 'UNSUPPORTED_OPERATOR', () => modelOf({ node: [node('NonZero', ['x'], 'y')] })],
];

/** Nested so deep that a protobuf encoder would not survive it, so the bytes are made from the inside out. */
const deepGraph = (depth: number): Uint8Array => {
  let bytes: Uint8Array = protobuf.Writer.create().finish();
  const wrap = (field: number, inner: Uint8Array): Uint8Array =>
    protobuf.Writer.create()
      .uint32((field << 3) | 2)
      .bytes(inner)
      .finish();
  // graph.node = 1, node.attribute = 5, attribute.g = 6, model.graph = 7.
  for (let i = 0; i < depth; i += 1) bytes = wrap(1, wrap(5, wrap(6, bytes)));
  return wrap(7, bytes);
};

describe('the gate', () => {
  for (const [name, code, bytes] of HOSTILE) {
    test(`refuses ${name} as ${code}`, () => {
      const inspection = inspectModel(bytes());
      assert.equal(inspection.type === 'refused' ? inspection.code : inspection.type, code, JSON.stringify(inspection));
    });
  }

  test('says what the committed models take, give and cost', () => {
    assert.deepEqual(inspectModel(committedModel('mnist-float32')), {
      type: 'accepted',
      inputs: [{ name: 'image', type: 'float32', dims: [undefined, 1, 28, 28] }],
      outputs: [{ name: 'logits', type: 'float32', dims: [undefined, 10] }],
      computeUnits: 1,
    });
    assert.deepEqual(inspectModel(committedModel('mnist-uint8')), {
      type: 'accepted',
      inputs: [{ name: 'image', type: 'uint8', dims: [undefined, 1, 28, 28] }],
      outputs: [{ name: 'logits', type: 'uint8', dims: [undefined, 10] }],
      computeUnits: 1,
    });
  });

  test('prices a run by the dims of its inputs', () => {
    const admission = admitModel(committedModel('mnist-float32'));
    assert.equal(admission.type, 'accepted');
    const price = admission.model.price(new Map([['image', [1000, 1, 28, 28]]]));
    // 1000 * (14112 + 56448 + 50176 + 640) MACs + 3 * 1000 * 2418 elements + 8 nodes, in units: 121.4 + 9.6 + 0.3.
    assert.deepEqual(price, { type: 'priced', computeUnits: 132 });
    const narrow = admission.model.price(new Map([['image', [1, 1, 14, 28]]]));
    assert.equal(narrow.type, 'refused');
  });

  test('lets the runtime load only what it judged, not what a second parser would read', () => {
    const admission = admitModel(twoGraphs());
    assert.equal(admission.type, 'accepted');
    const loadable = ModelProto.decode(admission.model.loadableBytes());
    assert.deepEqual(
      loadable.graph?.node?.map(({ opType }) => opType),
      ['Relu'],
    );
    assert.equal(Buffer.from(admission.model.loadableBytes()).includes('RandomNormalLike'), false);
  });

  test('follows shapes that are computed from the shape of the input', () => {
    const bytes = modelOf({
      initializer: [int64Tensor('zero', [1], [0n]), int64Tensor('rest', [1], [-1n])],
      node: [
        node('Shape', ['x'], 'dims'),
        node('Gather', ['dims', 'zero'], 'batch'),
        node('Concat', ['batch', 'rest'], 'flat', { axis: 0 }),
        node('Reshape', ['x', 'flat'], 'y'),
      ],
      input: [valueInfo('x', FLOAT, ['N', 3, 'W'])],
      output: [valueInfo('y', FLOAT, ['N', 'K'])],
    });
    const admission = admitModel(bytes);
    assert.equal(admission.type, 'accepted', JSON.stringify(admission));
    assert.equal(admission.model.price(new Map([['x', [2, 3, 5]]])).type, 'priced');
  });
});
