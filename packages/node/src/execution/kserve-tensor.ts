import type { TensorType } from '@mlb/protocol/tensor';

/** Names of the KServe v2 / Open Inference Protocol. */
const DATATYPES: Readonly<Record<TensorType, string>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  int8: 'INT8',
  uint16: 'UINT16',
  int16: 'INT16',
  uint32: 'UINT32',
  int32: 'INT32',
  uint64: 'UINT64',
  int64: 'INT64',
  float32: 'FP32',
  float64: 'FP64',
};

const TYPES: ReadonlyMap<string, TensorType> = new Map(
  Object.entries(DATATYPES).map(([type, datatype]) => [datatype, type as TensorType]),
);

export const datatypeOf = (type: TensorType): string => DATATYPES[type];

/** Undefined: FP16, BF16, BYTES or no datatype at all; none of them may cross this network. */
export const typeOfDatatype = (datatype: string): TensorType | undefined => TYPES.get(datatype);
