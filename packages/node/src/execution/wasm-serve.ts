import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import * as runtime from 'onnxruntime-web';
import { WASM_SHA256 } from './engine-id.ts';
import type { Admission } from './onnx-gate.ts';
import { openModel } from './onnx-runtime.ts';
import { decodeRequest, encodeReply } from './sandbox-frame.ts';
import { createSession } from './session.ts';

/** The runtime's WebAssembly, checked: EXACT agreement rests on every strict node running these very bytes. */
const readWasm = (): ArrayBuffer => {
  const dist = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const file = readFileSync(path.join(dist, 'ort-wasm-simd-threaded.wasm'));
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (sha256 !== WASM_SHA256) {
    throw new Error(`onnxruntime-web's wasm hashes to ${sha256}, not ${WASM_SHA256}; install the locked version`);
  }
  return new Uint8Array(file).buffer;
};

/** Serves one model to the thread that started this one, behind the given gate. */
export const serveWasmSession = (admit: (bytes: Uint8Array) => Admission): void => {
  const port = parentPort;
  if (port === null) throw new Error('wasm-serve runs in a worker thread only');
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmBinary = readWasm();
  runtime.env.logLevel = 'fatal';
  const session = createSession({ admit, open: openModel(runtime), cpuMs: () => undefined });
  port.on('message', async (frame: Uint8Array) => {
    const reply = encodeReply(await session(decodeRequest(frame)));
    port.postMessage(reply, [reply.buffer]);
  });
};
