import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Tensor } from '@mlb/protocol/tensor';
import { interfaceComplaint } from './input-check.ts';
import type { Admission, AdmittedModel } from './onnx-gate.ts';
import type { SandboxReply, SandboxRequest } from './sandbox-frame.ts';

/** Runs one loaded model. Throws whatever its runtime throws. */
export type RunModel = (inputs: readonly Tensor[]) => Promise<readonly Tensor[]>;

export interface SessionDeps {
  readonly admit: (bytes: Uint8Array) => Admission;
  /** Loads what the gate let pass. Throws whatever its runtime throws. */
  readonly open: (loadable: Uint8Array) => Promise<RunModel>;
  /** Milliseconds of CPU used so far, or undefined where the sandbox shares the daemon's account. */
  readonly cpuMs: () => number | undefined;
}

/** The sandbox's side of the conversation: one model, one request at a time. Never rejects. */
export type Session = (request: SandboxRequest) => Promise<SandboxReply>;

const OUT_OF_MEMORY = /bad_alloc|out of memory|allocat|memory access out of bounds|\bOOM\b/i;

const failed = (reason: Extract<SandboxReply, { type: 'failed' }>['reason'], detail: string): SandboxReply => ({
  type: 'failed',
  reason,
  detail: detail.slice(0, 500),
});

const runtimeFailure = (error: unknown): SandboxReply => {
  const message = error instanceof Error ? error.message : String(error);
  return failed(OUT_OF_MEMORY.test(message) ? 'OUT_OF_MEMORY' : 'MODEL_ERROR', message);
};

interface Loaded {
  readonly model: AdmittedModel;
  readonly run: RunModel;
}

export const createSession = ({ admit, open, cpuMs }: SessionDeps): Session => {
  let loaded: Loaded | undefined;

  const load = async ({ sha256, model: bytes }: Extract<SandboxRequest, { type: 'load' }>): Promise<SandboxReply> => {
    const actual = `0x${createHash('sha256').update(bytes).digest('hex')}`;
    // No refusal of the model: the bytes are at fault, and the right ones may come next time.
    if (actual !== sha256) return failed('MODEL_ERROR', `the model's bytes hash to ${actual}, not ${sha256}`);
    const admission = admit(bytes);
    if (admission.type === 'refused') return failed('REFUSED_MODEL', `${admission.code}: ${admission.detail}`);
    try {
      loaded = { model: admission.model, run: await open(admission.model.loadableBytes()) };
      return { type: 'loaded' };
    } catch (error) {
      return runtimeFailure(error);
    }
  };

  const run = async (
    { model, run: runModel }: Loaded,
    { inputs, maxComputeUnits }: Extract<SandboxRequest, { type: 'run' }>,
  ): Promise<SandboxReply> => {
    const complaint = interfaceComplaint(model, inputs);
    if (complaint !== undefined) return failed('BAD_INPUT', complaint);
    const price = model.price(new Map(inputs.map(({ name, dims }) => [name, dims])));
    if (price.type === 'refused') return failed('BAD_INPUT', `${price.code}: ${price.detail}`);
    if (maxComputeUnits !== undefined && price.computeUnits > maxComputeUnits) {
      return failed(
        'BAD_INPUT',
        `these inputs cost ${price.computeUnits} compute units, ${maxComputeUnits} are paid for`,
      );
    }
    try {
      const startedAtMs = performance.now();
      const outputs = await runModel(inputs);
      return { type: 'done', outputs, execMs: performance.now() - startedAtMs, cpuMs: cpuMs() };
    } catch (error) {
      return runtimeFailure(error);
    }
  };

  return async (request) => {
    if (request.type === 'load') return load(request);
    return loaded === undefined ? failed('MODEL_ERROR', 'no model is loaded') : run(loaded, request);
  };
};
