import { payloadSizeOf, type Tensor } from '@mlb/protocol/tensor';
import type { ExecutionFailure } from '../port/executor.ts';
import { datatypeOf, typeOfDatatype } from './kserve-tensor.ts';

/*
 * What the daemon and a sandbox tell each other. A frame is a JSON head and a binary tail, as in KServe v2:
 *
 *   length of the head u32 LE | head, JSON | tail
 *
 * The tail is the model's bytes (load) or the payloads of the tensors in the order of the head. Nothing in it can make
 * the daemon run code or allocate more than the frame's own size.
 */

export type SandboxRequest =
  | { readonly type: 'load'; readonly sha256: string; readonly model: Uint8Array }
  | { readonly type: 'run'; readonly inputs: readonly Tensor[]; readonly maxComputeUnits: number | undefined };

export type SandboxReply =
  | { readonly type: 'loaded' }
  | {
      readonly type: 'done';
      readonly outputs: readonly Tensor[];
      readonly execMs: number;
      /** CPU the sandbox has used since it started, undefined where it has no account of its own. */
      readonly cpuMs: number | undefined;
    }
  | { readonly type: 'failed'; readonly reason: ExecutionFailure; readonly detail: string };

export const MAX_FRAME_BYTES: number = 160 * 1024 * 1024;

const FAILURES: readonly string[] = [
  'REFUSED_MODEL',
  'BAD_INPUT',
  'MODEL_ERROR',
  'OUT_OF_MEMORY',
] satisfies readonly ExecutionFailure[];

/** Bytes that are no frame of the other side. */
class SandboxFrameError extends Error {
  readonly code = 'BAD_FRAME';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SandboxFrameError';
  }
}

const HEAD_LENGTH_BYTES = 4;

const encode = (head: object, tail: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const tailBytes = tail.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(HEAD_LENGTH_BYTES + headBytes.length + tailBytes);
  new DataView(frame.buffer).setUint32(0, headBytes.length, true);
  frame.set(headBytes, HEAD_LENGTH_BYTES);
  let at = HEAD_LENGTH_BYTES + headBytes.length;
  for (const part of tail) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
};

type Head = Readonly<Record<string, unknown>>;

const decode = (frame: Uint8Array): { readonly head: Head; readonly tail: Uint8Array } => {
  if (frame.length < HEAD_LENGTH_BYTES) throw new SandboxFrameError(`a frame of ${frame.length} bytes`);
  const end = HEAD_LENGTH_BYTES + new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  if (end > frame.length) throw new SandboxFrameError(`a head of ${end} bytes in a frame of ${frame.length}`);
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(frame.subarray(HEAD_LENGTH_BYTES, end)));
  } catch (cause) {
    throw new SandboxFrameError('the head is no JSON', { cause });
  }
  if (typeof head !== 'object' || head === null) throw new SandboxFrameError('the head is no object');
  return { head: head as Head, tail: frame.subarray(end) };
};

const headOf = ({ name, type, dims, bytes }: Tensor): object => ({
  name,
  datatype: datatypeOf(type),
  shape: dims,
  parameters: { binary_data_size: bytes.length },
});

const tensorsOf = (heads: unknown, tail: Uint8Array): readonly Tensor[] => {
  if (!Array.isArray(heads)) throw new SandboxFrameError('no list of tensors');
  let at = 0;
  return heads.map((head: Head): Tensor => {
    const { name, datatype, shape } = head;
    const type = typeof datatype === 'string' ? typeOfDatatype(datatype) : undefined;
    if (typeof name !== 'string' || type === undefined || !Array.isArray(shape)) {
      throw new SandboxFrameError(`a tensor without name, known datatype or shape: ${JSON.stringify(head)}`);
    }
    const size = payloadSizeOf(type, shape, tail.length - at);
    // A copy, so that a payload does not keep the whole frame alive; not slice(), which on a Buffer is a view.
    const bytes = Uint8Array.from(tail.subarray(at, at + size));
    if (bytes.length !== size) throw new SandboxFrameError(`tensor "${name}" ends early`);
    at += size;
    return { name, type, dims: shape, bytes };
  });
};

export const encodeRequest = (request: SandboxRequest): Uint8Array<ArrayBuffer> => {
  if (request.type === 'load') return encode({ type: 'load', sha256: request.sha256 }, [request.model]);
  const { type, inputs, maxComputeUnits } = request;
  return encode(
    { type, maxComputeUnits, inputs: inputs.map(headOf) },
    inputs.map(({ bytes }) => bytes),
  );
};

/** Throws SandboxFrameError, ProtocolError (BAD_TENSOR). */
export const decodeRequest = (frame: Uint8Array): SandboxRequest => {
  const { head, tail } = decode(frame);
  if (head.type === 'load') return { type: 'load', sha256: String(head.sha256), model: tail };
  const units = head.maxComputeUnits;
  const maxComputeUnits = typeof units === 'number' ? units : undefined;
  return { type: 'run', inputs: tensorsOf(head.inputs, tail), maxComputeUnits };
};

export const encodeReply = (reply: SandboxReply): Uint8Array<ArrayBuffer> => {
  if (reply.type !== 'done') return encode(reply, []);
  const { outputs, ...head } = reply;
  return encode(
    { ...head, outputs: outputs.map(headOf) },
    outputs.map(({ bytes }) => bytes),
  );
};

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The sandbox is not trusted: anything unexpected throws SandboxFrameError, ProtocolError (BAD_TENSOR). */
export const decodeReply = (frame: Uint8Array): SandboxReply => {
  const { head, tail } = decode(frame);
  const { type, reason, detail, execMs, cpuMs, outputs } = head;
  if (type === 'loaded') return { type };
  if (type === 'done') {
    return { type, outputs: tensorsOf(outputs, tail), execMs: numberOf(execMs) ?? 0, cpuMs: numberOf(cpuMs) };
  }
  if (type !== 'failed' || typeof reason !== 'string' || !FAILURES.includes(reason)) {
    throw new SandboxFrameError(`an unknown reply ${JSON.stringify(type)}`);
  }
  return { type, reason: reason as ExecutionFailure, detail: String(detail) };
};
