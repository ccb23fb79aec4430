import { Worker } from 'node:worker_threads';
import { createAnswerSlot, type Sandbox, type SandboxExit, type SandboxFactory } from './sandbox.ts';
import { isSource, moduleUrl } from './source-or-built.ts';

/** V8's heap of the worker; WebAssembly memory is outside it and ends at 4 GiB by its own address space. */
const V8_HEAP_MB = 256;

const exitOf = (error: Error): SandboxExit => ({
  reason: /memory/i.test(error.message) ? 'OUT_OF_MEMORY' : 'CRASH',
  detail: `the worker ended: ${error.message}`,
});

const sandboxOf = (worker: Worker): Sandbox => {
  const slot = createAnswerSlot();
  const { promise: exited, resolve: onExited } = Promise.withResolvers<void>();
  worker.on('exit', (code) => {
    slot.exit({ reason: 'CRASH', detail: `the worker ended (exit code ${code})` });
    onExited();
  });
  // Read and dropped: what nobody reads would pile up in memory.
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', (error) => slot.exit(exitOf(error as Error)));
  worker.on('message', (frame: Uint8Array) => slot.reply(frame));
  return {
    request: (frame) => {
      const answer = slot.ask();
      worker.postMessage(frame, [frame.buffer]);
      return answer;
    },
    // WebAssembly, unlike native code, is interrupted in the middle of a run.
    kill: async () => {
      await worker.terminate();
      await exited;
    },
  };
};

/** ONNX Runtime's WebAssembly in worker threads: equal bits on every CPU, a third of the speed, any platform. */
export const createWasmSandboxes = (entry: URL = moduleUrl('wasm-worker', import.meta.url)): SandboxFactory => ({
  spawn: async () =>
    sandboxOf(
      new Worker(entry, {
        env: {},
        execArgv: isSource ? ['--conditions=@mlb/source'] : [],
        resourceLimits: { maxOldGenerationSizeMb: V8_HEAP_MB },
        stdout: true,
        stderr: true,
      }),
    ),
  close: async () => {},
});
