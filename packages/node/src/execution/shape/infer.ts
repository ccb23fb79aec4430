import type { onnx } from 'onnx-proto';
import { refuse } from '../model-refusal.ts';
import { CONSTANT, knownTensorOf } from './constant.ts';
import { CONVOLUTION } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { countOf, type KnownTensor, MAX_KNOWN_VALUES } from './known-tensor.ts';
import { LAYOUT } from './layout.ts';
import { MATRIX } from './matrix.ts';
import type { Operator, Work } from './operator.ts';
import { REDUCTION } from './reduction.ts';

/** Every operator that may run: what is not here cannot be priced, so it is refused. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...CONSTANT,
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...LAYOUT,
  ...MATRIX,
  ...REDUCTION,
]);

/** What a run does, known before it runs. */
export interface RunProfile {
  readonly work: Required<Work>;
  readonly nodeCount: number;
  readonly dimsOf: (name: string) => readonly number[] | undefined;
}

/** Constants beyond a handful are not kept, whatever an operator made of them. */
const bounded = (tensor: KnownTensor): KnownTensor =>
  (tensor.values?.length ?? 0) > MAX_KNOWN_VALUES ? { ...tensor, values: undefined } : tensor;

const inferNode = (node: onnx.INodeProto, known: Map<string, KnownTensor>): Work => {
  const opType = node.opType ?? '';
  const operator = OPERATORS.get(opType) ?? refuse('UNSUPPORTED_OPERATOR', `operator ${opType}; replace it`);
  const inputs = (node.input ?? []).map((name) =>
    name === ''
      ? undefined
      : (known.get(name) ?? refuse('MALFORMED', `${opType} reads "${name}", which nothing wrote`)),
  );
  const attributes = new Map((node.attribute ?? []).map((attribute) => [attribute.name ?? '', attribute]));
  const names = node.output ?? [];
  const { outputs, work } = operator({ opType, inputs, attributes, outputCount: names.length });
  names.forEach((name, i) => {
    if (name === '') return;
    if (known.has(name)) refuse('MALFORMED', `two values named "${name}"`);
    const output = outputs[i] ?? refuse('UNSUPPORTED_OPERATOR', `output ${i} of ${opType}; remove it`);
    countOf(output.dims);
    known.set(name, bounded(output));
  });
  return work;
};

/** Walks the graph with these dims of its inputs, running nothing. Throws ModelRefusedError. */
export const inferRun = (graph: onnx.IGraphProto, inputDims: ReadonlyMap<string, readonly number[]>): RunProfile => {
  const known = new Map<string, KnownTensor>();
  for (const tensor of graph.initializer ?? []) known.set(tensor.name ?? '', knownTensorOf(tensor));
  for (const [name, dims] of inputDims) {
    countOf(dims);
    known.set(name, { dims });
  }
  const total = { macs: 0, integerMacs: 0, elements: 0 };
  for (const node of graph.node ?? []) {
    const work = inferNode(node, known);
    total.macs += work.macs ?? 0;
    total.integerMacs += work.integerMacs ?? 0;
    total.elements += work.elements ?? 0;
  }
  return { work: total, nodeCount: graph.node?.length ?? 0, dimsOf: (name) => known.get(name)?.dims };
};
