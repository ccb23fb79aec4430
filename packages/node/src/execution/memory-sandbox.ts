import type { Tensor } from '@mlb/protocol/tensor';
import { admitModel } from './onnx-gate.ts';
import { createAnswerSlot, type Sandbox, type SandboxFactory } from './sandbox.ts';
import { decodeRequest, encodeReply } from './sandbox-frame.ts';
import { createSession } from './session.ts';

/** Outputs of a model for checked inputs. Throwing is MODEL_ERROR. */
export type Compute = (inputs: readonly Tensor[], model: Uint8Array) => readonly Tensor[] | Promise<readonly Tensor[]>;

const sandboxOf = (compute: Compute): Sandbox => {
  const open = async (model: Uint8Array) => async (inputs: readonly Tensor[]) => compute(inputs, model);
  const session = createSession({ admit: admitModel, open, cpuMs: () => undefined });
  const slot = createAnswerSlot();
  return {
    request: (frame) => {
      const answer = slot.ask();
      void session(decodeRequest(frame)).then((reply) => slot.reply(encodeReply(reply)));
      return answer;
    },
    kill: async () => slot.exit({ reason: 'CRASH', detail: 'killed' }),
  };
};

/** Sandboxes of this thread, for tests. */
export const createMemorySandboxes = (compute: Compute): SandboxFactory => ({
  spawn: async () => sandboxOf(compute),
  close: async () => {},
});
