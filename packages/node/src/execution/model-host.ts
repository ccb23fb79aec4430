import type { Bytes32 } from '@mlb/protocol';
import type { Execution, ExecutionFailure, ExecutionOutcome } from '../port/executor.ts';
import type { Sandbox, SandboxFactory } from './sandbox.ts';
import { decodeReply, encodeRequest, type SandboxReply, type SandboxRequest } from './sandbox-frame.ts';

export type HostResult =
  | {
      readonly type: 'ran';
      readonly outcome: ExecutionOutcome;
      /** The sandbox is gone or no longer to be trusted with a run. */
      readonly isSpent: boolean;
      readonly cpuMs: number;
    }
  /** `loadModel` or starting the sandbox threw. */
  | { readonly type: 'threw'; readonly error: unknown };

/** A sandbox with one model in it, started and loaded at the first run. */
export interface ModelHost {
  /** One run at a time. Never rejects. */
  readonly run: (execution: Execution) => Promise<HostResult>;
  readonly kill: () => Promise<void>;
}

/** These say something of the one input or of nothing; after any other failure the sandbox is replaced. */
const HARMLESS: ReadonlySet<ExecutionFailure> = new Set(['BAD_INPUT']);

const failed = (reason: ExecutionFailure, detail: string): HostResult => ({
  type: 'ran',
  outcome: { type: 'failed', reason, detail },
  isSpent: !HARMLESS.has(reason),
  cpuMs: 0,
});

const resultOf = (reply: SandboxReply): HostResult => {
  if (reply.type === 'failed') return failed(reply.reason, reply.detail);
  if (reply.type === 'loaded') return failed('CRASH', 'the sandbox answered a run with "loaded"');
  const { outputs, execMs, cpuMs = 0 } = reply;
  return { type: 'ran', outcome: { type: 'done', outputs, execMs }, isSpent: false, cpuMs };
};

/** A sandbox is not trusted to answer sensibly: nonsense is its crash. */
const ask = async (sandbox: Sandbox, request: SandboxRequest): Promise<SandboxReply> => {
  const answer = await sandbox.request(encodeRequest(request));
  if (answer.type === 'exited') return { type: 'failed', ...answer.exit };
  try {
    return decodeReply(answer.frame);
  } catch (error) {
    return { type: 'failed', reason: 'CRASH', detail: `nonsense from the sandbox: ${String(error)}` };
  }
};

export const createModelHost = (sandboxes: SandboxFactory, modelSha256: Bytes32): ModelHost => {
  let sandbox: Sandbox | undefined;
  let isKilled = false;

  const start = async (): Promise<Sandbox> => {
    const started = await sandboxes.spawn();
    sandbox = started;
    if (isKilled) await started.kill();
    return started;
  };

  /** Undefined: loaded. */
  const open = async (loadModel: Execution['loadModel']): Promise<HostResult | undefined> => {
    // Starting takes a good part of a second, so it runs while the model is on its way.
    const starting = start();
    starting.catch(() => {});
    const model = await loadModel();
    if (isKilled) return failed('CRASH', 'ended before the model arrived');
    const reply = await ask(await starting, { type: 'load', sha256: modelSha256, model });
    return reply.type === 'loaded' ? undefined : resultOf(reply);
  };

  const run = async ({ loadModel, inputs, maxComputeUnits }: Execution): Promise<HostResult> => {
    try {
      const failure = sandbox === undefined ? await open(loadModel) : undefined;
      if (failure !== undefined || sandbox === undefined) return failure ?? failed('CRASH', 'no sandbox');
      return resultOf(await ask(sandbox, { type: 'run', inputs, maxComputeUnits }));
    } catch (error) {
      return { type: 'threw', error };
    }
  };

  const kill = async (): Promise<void> => {
    isKilled = true;
    await sandbox?.kill();
  };
  return { run, kill };
};
