import { encodeEnvelope, MAX_ENVELOPE_BYTES, MAX_ENVELOPE_MESSAGES } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import { NetworkError } from './network-error.ts';

/** Gossip costs by the delivery: what comes within this time travels together. A fraction of any protocol deadline. */
const FLUSH_MS = 15;
/** Envelopes of several messages stay below this, so that an answer to an IWANT for dozens of them fits one RPC. */
const BATCH_BYTES = 48 * 1024;
/** CBOR heads of the list and of one message. */
const OVERHEAD_BYTES = 16;

/** Collects the messages of one topic into envelopes. */
export interface EnvelopeOutbox {
  /** Resolves as `send` of the envelope does. Throws MESSAGE_TOO_LARGE. */
  readonly add: (message: Uint8Array) => Promise<void>;
  /** Sends what is collected; later additions are refused with CLOSED. */
  readonly close: () => void;
}

export const createEnvelopeOutbox = (
  clock: Clock,
  send: (envelope: Uint8Array, messageCount: number) => Promise<void>,
): EnvelopeOutbox => {
  let waiting: { readonly message: Uint8Array; readonly done: PromiseWithResolvers<void> }[] = [];
  let sizeBytes = 0;
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  const flush = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    const batch = waiting;
    if (batch.length === 0) return;
    waiting = [];
    sizeBytes = 0;
    send(encodeEnvelope(batch.map(({ message }) => message)), batch.length).then(
      () => batch.forEach(({ done }) => void done.resolve()),
      (error: unknown) => batch.forEach(({ done }) => void done.reject(error)),
    );
  };

  return {
    add: (message) => {
      if (closed) return Promise.reject(new NetworkError('CLOSED', 'the node is stopping: the message was not sent'));
      if (message.length + OVERHEAD_BYTES > MAX_ENVELOPE_BYTES) {
        const text = `a message of ${message.length} bytes does not fit an envelope of ${MAX_ENVELOPE_BYTES}`;
        return Promise.reject(new NetworkError('MESSAGE_TOO_LARGE', text));
      }
      if (sizeBytes + message.length > BATCH_BYTES) flush();
      const done = Promise.withResolvers<void>();
      waiting.push({ message, done });
      sizeBytes += message.length + OVERHEAD_BYTES;
      if (waiting.length === MAX_ENVELOPE_MESSAGES) flush();
      else cancelTimer ??= clock.after(FLUSH_MS, flush);
      return done.promise;
    },
    close: () => {
      closed = true;
      flush();
    },
  };
};
