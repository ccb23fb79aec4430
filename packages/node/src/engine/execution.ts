import {
  Bytes32,
  canonicalBytes,
  decodeCanonical,
  INPUT_INLINE,
  type OwnResult,
  ProtocolError,
  resultHashOf,
  sha256,
  type Tensor,
  toHex,
} from '@mlb/protocol';
import type { ModelRecord } from '../chain/state.ts';
import { cidOfDigest } from '../content/cid.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { Content } from '../port/content.ts';
import type { ExecutionFailure, ExecutionOutcome, Executor } from '../port/executor.ts';
import type { ModelShelf } from './model-shelf.ts';
import type { TaskRecord } from './task.ts';

const MAX_INPUT_BYTES = 16 * 1024 * 1024;

export interface ExecutionDeps {
  readonly content: Content;
  readonly models: ModelShelf;
  readonly executor: Executor;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** An output under fresh secrets, for the commit of one round: another round takes the same output under other ones. */
export const withSecrets = (
  { randomBytes }: Pick<ExecutionDeps, 'randomBytes'>,
  output: Pick<OwnResult, 'resultHash' | 'output' | 'execMs'>,
): OwnResult => ({
  ...output,
  salt: Bytes32(toHex(randomBytes(32))),
  blindShare: Bytes32(toHex(randomBytes(32))),
});

export type OwnExecution =
  | { readonly type: 'done'; readonly result: OwnResult; readonly execMs: number }
  | { readonly type: 'failed'; readonly reason: ExecutionFailure | 'CONTENT_UNAVAILABLE'; readonly detail: string };

const loadInput = async ({ order }: TaskRecord, content: Content, signal: AbortSignal): Promise<Uint8Array> => {
  const { body } = order.order;
  if (body.inputKind === INPUT_INLINE) return order.inlineInput;
  const providers = [peerIdOfKey(body.replyKey)];
  const bytes = await content.get(cidOfDigest(body.inputCidDigest), { maxBytes: MAX_INPUT_BYTES, providers, signal });
  if (sha256(bytes) !== body.inputHash) throw new Error('the input is not what the order hashes');
  return bytes;
};

const failed = (reason: Extract<OwnExecution, { type: 'failed' }>['reason'], cause: unknown): OwnExecution => ({
  type: 'failed',
  reason,
  detail: String(cause),
});

const tensorsOf = (input: Uint8Array): readonly Tensor[] | undefined => {
  try {
    return decodeCanonical(input);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

/** Executes a task as its seat: fetch, run in the sandbox, make the result canonical, add the secrets of the commit. */
export const executeTask = async (
  { content, models, executor, randomBytes }: ExecutionDeps,
  { task, model, deadlineMs }: { readonly task: TaskRecord; readonly model: ModelRecord; readonly deadlineMs: number },
  signal: AbortSignal,
): Promise<OwnExecution> => {
  let input: Uint8Array;
  try {
    input = await loadInput(task, content, signal);
  } catch (cause) {
    return failed('CONTENT_UNAVAILABLE', cause);
  }
  const inputs = tensorsOf(input);
  if (inputs === undefined) return failed('BAD_INPUT', 'the input is no canonical encoding of tensors');
  let outcome: ExecutionOutcome;
  try {
    outcome = await executor.execute(
      {
        modelSha256: model.sha256,
        loadModel: () => models.load(model, signal),
        inputs,
        deadlineMs,
        // What was paid for: a larger input than the order declares is not run.
        maxComputeUnits: task.order.order.body.computeUnits,
      },
      signal,
    );
  } catch (cause) {
    // It rejects with the signal's reason, or with what loading the model threw.
    return failed(signal.aborted ? 'TIMEOUT' : 'CONTENT_UNAVAILABLE', cause);
  }
  if (outcome.type === 'failed') return outcome;
  const output = canonicalBytes(outcome.outputs);
  return {
    type: 'done',
    execMs: outcome.execMs,
    result: withSecrets(
      { randomBytes },
      { resultHash: resultHashOf(output), output, execMs: Math.round(outcome.execMs) },
    ),
  };
};
