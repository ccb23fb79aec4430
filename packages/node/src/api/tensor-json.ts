import type { Tensor } from '@mlb/protocol';
import {
  TensorInputError,
  tensorFromKserve,
  tensorFromNested,
  tensorFromRaw,
  tensorToKserve,
} from '../execution/kserve.ts';
import { typeOfDatatype } from '../execution/kserve-tensor.ts';
import type { TensorSpec } from '../execution/onnx-gate.ts';
import { ControlError } from './control-error.ts';
import type { TensorSignature } from './schema/model.ts';
import type { InputValue, OutputTensor } from './schema/task.ts';

const bad = (input: string, why: string): ControlError =>
  new ControlError('BAD_INPUT', `input "${input}": ${why}`, {
    next: 'mlb model show MODEL lists inputs, types and shapes',
  });

const specOf = ({ name, datatype, shape }: TensorSignature): TensorSpec => {
  const type = typeOfDatatype(datatype);
  if (type === undefined) throw bad(name, `the model declares ${datatype}, which cannot cross this network`);
  return { name, type, dims: shape.map((dim) => (dim < 0 ? undefined : dim)) };
};

const shapeText = ({ shape }: TensorSignature): string =>
  `the model declares [${shape.map((dim) => (dim < 0 ? '?' : dim)).join(', ')}]`;

/** The declared shape with its one free dimension filled so that it holds `count` elements. */
const fillShape = (declared: TensorSignature, count: number): readonly number[] => {
  const { name, shape } = declared;
  const known = shape.filter((dim) => dim >= 0).reduce((product, dim) => product * dim, 1);
  const isFree = shape.filter((dim) => dim < 0).length === 1 && count > 0 && count % known === 0;
  if (!isFree && (known !== count || shape.some((dim) => dim < 0)))
    throw bad(name, `${count} elements, ${shapeText(declared)}`);
  return shape.map((dim) => (dim < 0 ? count / known : dim));
};

const isFlat = (data: unknown): data is readonly unknown[] => Array.isArray(data) && !data.some(Array.isArray);

const fromData = (value: InputValue, declared: TensorSignature): Tensor => {
  const { name, data, shape } = value;
  const { datatype } = declared;
  if (shape !== undefined) return tensorFromKserve({ name, datatype, shape, data });
  const isList = isFlat(data) && declared.shape.length !== 1;
  if (isList) return tensorFromKserve({ name, datatype, shape: fillShape(declared, data.length), data });
  return tensorFromNested(specOf(declared), data);
};

const isOfShape = (dims: readonly number[], shape: readonly number[]): boolean =>
  dims.length === shape.length && shape.every((dim, i) => dim < 0 || dim === dims[i]);

const convert = (value: InputValue, declared: TensorSignature): Tensor => {
  const { name, base64, datatype = declared.datatype } = value;
  if (datatype !== declared.datatype) throw bad(name, `it is ${datatype}, the model declares ${declared.datatype}`);
  if ((value.data === undefined) === (base64 === undefined)) throw bad(name, 'give either data or base64');
  const tensor =
    base64 === undefined ? fromData(value, declared) : tensorFromRaw(specOf(declared), Buffer.from(base64, 'base64'));
  const wanted = shapeText(declared);
  if (!isOfShape(tensor.dims, declared.shape) || !isOfShape(tensor.dims, value.shape ?? tensor.dims))
    throw bad(name, `its shape is [${tensor.dims.join(', ')}], ${wanted}`);
  if (tensor.bytes.length === 0) throw bad(name, `it has no elements, ${wanted}`);
  return tensor;
};

/**
 * One input as a tensor: KServe v2 JSON data (flat or nested) or raw little-endian bytes in base64. What the value does
 * not say, the model's signature does. Throws ControlError BAD_INPUT.
 */
export const tensorFromInput = (value: InputValue, declared: TensorSignature): Tensor => {
  try {
    return convert(value, declared);
  } catch (error) {
    if (error instanceof TensorInputError) throw bad(value.name, error.message.replace(`"${value.name}": `, ''));
    throw error;
  }
};

/** All inputs of a task, each name of the model exactly once. Throws ControlError BAD_INPUT. */
export const tensorsFromInputs = (
  values: readonly InputValue[],
  declared: readonly TensorSignature[],
): readonly Tensor[] => {
  const wanted = declared.map(({ name }) => name).join(', ');
  const byName = new Map(values.map((value) => [value.name, value]));
  if (byName.size !== values.length) throw bad(values.map(({ name }) => name).join(', '), 'a name is given twice');
  const tensors = values.map((value) => {
    const signature = declared.find(({ name }) => name === value.name);
    if (signature === undefined) throw bad(value.name, `the model has no such input; it has ${wanted}`);
    return tensorFromInput(value, signature);
  });
  for (const { name } of declared) if (!byName.has(name)) throw bad(name, 'it is missing');
  return tensors;
};

/** A tensor in KServe v2 JSON, flat. */
export const tensorToOutput = (tensor: Tensor): OutputTensor => tensorToKserve(tensor);
