import onnxProto, { type onnx } from 'onnx-proto';
import protobuf from 'protobufjs';
import { ModelRefusedError, refuse } from './model-refusal.ts';

const MAX_MODEL_BYTES = 128 * 1024 * 1024;
/** Tags, lengths and packed integers. A two-byte node becomes a 300-byte object: bytes alone would not bound memory. */
const MAX_FIELDS = 1_000_000;

const { ModelProto } = onnxProto.onnx;

/** onnx-proto's generated decoders accept any Reader; this one stops a file that explodes into objects. */
class BudgetedReader extends protobuf.Reader {
  #fieldsLeft = MAX_FIELDS;

  override uint32(): number {
    this.#spend();
    return super.uint32();
  }

  override int64(): ReturnType<protobuf.Reader['int64']> {
    this.#spend();
    return super.int64();
  }

  override uint64(): ReturnType<protobuf.Reader['uint64']> {
    this.#spend();
    return super.uint64();
  }

  #spend(): void {
    this.#fieldsLeft -= 1;
    if (this.#fieldsLeft < 0) refuse('TOO_COMPLEX', `more than ${MAX_FIELDS} protobuf fields; simplify the model`);
  }
}

/** Time and memory are bounded whatever the bytes are. Throws ModelRefusedError (TOO_LARGE, TOO_COMPLEX, MALFORMED). */
export const decodeModel = (bytes: Uint8Array): onnx.ModelProto => {
  if (bytes.length > MAX_MODEL_BYTES) {
    refuse('TOO_LARGE', `${bytes.length} bytes, at most ${MAX_MODEL_BYTES}; quantise or split the model`);
  }
  try {
    return ModelProto.decode(new BudgetedReader(bytes));
  } catch (cause) {
    if (cause instanceof ModelRefusedError) throw cause;
    // Nested graphs recurse in the decoder: a stack overflow is the file's doing.
    if (cause instanceof RangeError && cause.message.includes('call stack')) {
      throw new ModelRefusedError('TOO_COMPLEX', 'nested too deep; flatten the model', { cause });
    }
    throw new ModelRefusedError('MALFORMED', `no ONNX protobuf (${String(cause)}); export the model again`, { cause });
  }
};

/**
 * The bytes the runtime loads: what was judged and nothing else. Protobuf parsers disagree on repeated and unknown
 * fields, so the original bytes could mean one graph to the gate and another to the runtime.
 */
export const encodeModel = (model: onnx.IModelProto): Uint8Array => ModelProto.encode(model).finish();

/** A protobuf int64: a number, or a Long above 2^53, which loses its last bits here. */
export const toNumber = (value: number | { readonly toNumber: () => number } | null | undefined): number => {
  if (value === null || value === undefined) return 0;
  return typeof value === 'number' ? value : value.toNumber();
};
