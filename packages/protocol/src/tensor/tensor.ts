/** Element types that may cross the network. */
export type TensorType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64';

/** One named tensor: row-major, little-endian, `bytes.length` = product of dims times the element size. */
export interface Tensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}
