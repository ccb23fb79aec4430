import { once } from 'node:events';
import * as lengthPrefixed from 'it-length-prefixed';
import * as runtime from 'onnxruntime-node';
import type { Admission } from './onnx-gate.ts';
import { openModel } from './onnx-runtime.ts';
import { decodeRequest, encodeReply, MAX_FRAME_BYTES } from './sandbox-frame.ts';
import { createSession } from './session.ts';

// Only a sandboxed process imports this file: its runtime is native, blocks the event loop and cannot be interrupted.

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Serves one model over stdin and stdout, behind the given gate, until stdin ends. */
export const serveNativeSession = async (admit: (bytes: Uint8Array) => Admission): Promise<void> => {
  const session = createSession({ admit, open: openModel(runtime), cpuMs });
  const frames = lengthPrefixed.decode(process.stdin, { maxDataLength: MAX_FRAME_BYTES });
  for await (const frame of frames) {
    const reply = encodeReply(await session(decodeRequest(frame.subarray())));
    for (const chunk of lengthPrefixed.encode.single(reply, { maxDataLength: MAX_FRAME_BYTES })) {
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    }
  }
};
