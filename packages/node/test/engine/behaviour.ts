import {
  COMMIT,
  COMMITTEE_PROTOCOL,
  decodeSeatMessage,
  digestOf,
  encodeSeatMessage,
  keccak256,
  type SeatMessage,
} from '@mlb/protocol';
import type { Executor } from '../../src/port/executor.ts';
import type { Streams } from '../../src/port/streams.ts';
import { DOMAIN, type Persona, secp256k1 } from './cast.ts';

/**
 * `silent`: its execution never ends. `failing`: its execution fails. `lying`: it signs a wrong result. `equivocating`:
 * it commits to two values and opens neither. `withholding`: it commits and never reveals.
 */
export type Behaviour = 'honest' | 'silent' | 'failing' | 'lying' | 'equivocating' | 'withholding';

const wrong = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new Float32Array([new Float32Array(bytes.slice().buffer)[0] ?? 0, 1000]).slice(1).buffer);

/** An executor that behaves as the node is told at the time. `gate` holds every execution back until it resolves. */
export const behavingExecutor = (
  honest: Executor,
  behaviour: () => Behaviour,
  gate: () => Promise<void>,
): Executor => ({
  execute: async (execution, signal) => {
    const outcome = await honest.execute(execution, signal);
    await gate();
    switch (behaviour()) {
      case 'silent':
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        );
      case 'failing':
        return { type: 'failed', reason: 'CRASH', detail: 'out of luck' };
      case 'lying':
        if (outcome.type === 'failed') return outcome;
        return { ...outcome, outputs: outcome.outputs.map((tensor) => ({ ...tensor, bytes: wrong(tensor.bytes) })) };
      default:
        return outcome;
    }
  },
  close: honest.close,
});

const secondCommit = (
  { secretKey }: Persona,
  { commit }: Extract<SeatMessage, { readonly type: 'commit' }>,
): SeatMessage => {
  const body = { ...commit.body, commitHash: keccak256(commit.body.commitHash) };
  return { type: 'commit', commit: { body, signature: secp256k1.sign(digestOf(DOMAIN, COMMIT, body), secretKey) } };
};

/** Streams of a node that sends a second commit behind its first, and nothing else, while it equivocates. */
export const behavingStreams = (honest: Streams, persona: Persona, behaviour: () => Behaviour): Streams => ({
  handle: honest.handle,
  send: async (peer, protocol, frame, signal) => {
    if (behaviour() === 'withholding') {
      if (protocol !== COMMITTEE_PROTOCOL || decodeSeatMessage(frame).type !== 'commit') return;
      return honest.send(peer, protocol, frame, signal);
    }
    if (behaviour() !== 'equivocating') return honest.send(peer, protocol, frame, signal);
    if (protocol !== COMMITTEE_PROTOCOL) return;
    const message = decodeSeatMessage(frame);
    if (message.type !== 'commit') return;
    await honest.send(peer, protocol, frame, signal);
    await honest.send(peer, protocol, encodeSeatMessage(secondCommit(persona, message)), signal);
  },
});
