import type { onnx } from 'onnx-proto';
import { refuse } from '../model-refusal.ts';
import { toNumber } from '../onnx-decode.ts';
import type { KnownTensor } from './known-tensor.ts';

/** Work of one node. */
export interface Work {
  /** Multiply-accumulates on floats. */
  readonly macs?: number;
  /** Multiply-accumulates on integers. */
  readonly integerMacs?: number;
  /** Elements touched, times how dear the function is. */
  readonly elements?: number;
}

/** One node with what is known of its inputs. */
export interface OperatorCall {
  readonly opType: string;
  readonly inputs: readonly (KnownTensor | undefined)[];
  readonly attributes: ReadonlyMap<string, onnx.IAttributeProto>;
  readonly outputCount: number;
}

export interface OperatorResult {
  readonly outputs: readonly KnownTensor[];
  readonly work: Work;
}

/** Shapes and price of one operator. Throws ModelRefusedError. */
export type Operator = (call: OperatorCall) => OperatorResult;

/** Input `index`, which the operator requires. */
export const inputOf = (call: OperatorCall, index: number): KnownTensor =>
  call.inputs[index] ?? refuse('MALFORMED', `${call.opType} lacks input ${index}`);

/** An integer list, or undefined when the node does not set it. */
export const intsOf = (call: OperatorCall, name: string): readonly number[] | undefined => {
  const attribute = call.attributes.get(name);
  return attribute === undefined ? undefined : (attribute.ints ?? []).map(toNumber);
};

export const intOf = (call: OperatorCall, name: string, fallback: number): number => {
  const attribute = call.attributes.get(name);
  return attribute === undefined ? fallback : toNumber(attribute.i);
};

export const stringOf = (call: OperatorCall, name: string): string => {
  const bytes = call.attributes.get(name)?.s;
  return bytes ? new TextDecoder().decode(bytes) : '';
};
