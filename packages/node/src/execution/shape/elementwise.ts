import { refuse } from '../model-refusal.ts';
import { broadcast, countOf, type KnownTensor, MAX_KNOWN_VALUES } from './known-tensor.ts';
import { inputOf, intOf, type Operator, type OperatorCall } from './operator.ts';

/** A transcendental function costs about four simple ones. */
const DEAR = 4;

const CHEAP_UNARY = [
  'Abs Ceil Clip Dropout Floor HardSigmoid HardSwish Identity LeakyRelu Neg Not PRelu Reciprocal Relu Round Sign Sqrt',
  'ThresholdedRelu BatchNormalization QuantizeLinear DequantizeLinear Cast',
].join(' ');

const DEAR_UNARY = [
  'Celu Cos Elu Erf Exp Gelu HardMax InstanceNormalization LayerNormalization Log LogSoftmax Mish Selu Sigmoid Sin',
  'Softmax Softplus Softsign Tanh',
].join(' ');

const BINARY =
  'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor';

const INTEGER_TYPES: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 12, 13]);

const foldUnary = (call: OperatorCall, x: KnownTensor): KnownTensor => {
  switch (call.opType) {
    case 'Identity':
      return x;
    case 'Floor':
      return { dims: x.dims, values: x.values?.map(Math.floor), isInteger: x.isInteger };
    case 'Ceil':
      return { dims: x.dims, values: x.values?.map(Math.ceil), isInteger: x.isInteger };
    case 'Cast': {
      const isInteger = INTEGER_TYPES.has(intOf(call, 'to', 0));
      return { dims: x.dims, values: isInteger ? x.values?.map(Math.trunc) : x.values, isInteger };
    }
    default:
      return { dims: x.dims };
  }
};

const unary =
  (price: number): Operator =>
  (call) => {
    const x = inputOf(call, 0);
    return { outputs: [foldUnary(call, x)], work: { elements: price * countOf(x.dims) } };
  };

type Arithmetic = (a: number, b: number) => number;

const FOLDED: Readonly<Record<string, Arithmetic>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** Shape arithmetic only: equal lengths, or a single element on one side. */
const foldBinary = (call: OperatorCall, count: number): readonly number[] | undefined => {
  const [a, b] = call.inputs;
  const fold = FOLDED[call.opType];
  if (fold === undefined || !a?.values || !b?.values || count > MAX_KNOWN_VALUES) return undefined;
  if (![1, count].includes(a.values.length) || ![1, count].includes(b.values.length)) return undefined;
  const [left, right] = [a.values, b.values];
  return Array.from({ length: count }, (_, i) => {
    const value = fold(left[i % left.length] as number, right[i % right.length] as number);
    return a.isInteger ? Math.trunc(value) : value;
  });
};

const binary: Operator = (call) => {
  if (call.inputs.length === 0) refuse('MALFORMED', `${call.opType} without inputs`);
  const dims = call.inputs.reduce<readonly number[]>((all, _, i) => broadcast(all, inputOf(call, i).dims), []);
  const count = countOf(dims);
  const values = foldBinary(call, count);
  return { outputs: [{ dims, values, isInteger: call.inputs[0]?.isInteger }], work: { elements: count } };
};

const quantize: Operator = (call) => {
  const { dims } = inputOf(call, 0);
  return { outputs: [{ dims }, { dims: [] }, { dims: [] }], work: { elements: 2 * countOf(dims) } };
};

const entries = (names: string, operator: Operator): readonly (readonly [string, Operator])[] =>
  names.split(' ').map((name) => [name, operator]);

/** Output shape = (broadcast) input shape. */
export const ELEMENTWISE: readonly (readonly [string, Operator])[] = [
  ...entries(CHEAP_UNARY, unary(1)),
  ...entries(DEAR_UNARY, unary(DEAR)),
  ...entries(BINARY, binary),
  ['DynamicQuantizeLinear', quantize],
];
