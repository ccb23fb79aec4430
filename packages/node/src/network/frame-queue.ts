import { NetworkError } from './network-error.ts';

/** Frames waiting for one slow peer. A committee sends a handful per task. */
const MAX_FRAMES = 1024;
const MAX_BYTES = 8 * 1024 * 1024;

/** Bounded frames from many senders to one stream, which takes the next only when it has drained. */
export interface FrameQueue {
  /** For one consumer. Ends after `close`, throws after `fail`. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Resolves when the stream took the frame. Throws QUEUE_FULL, SEND_TIMEOUT, or what the stream failed with. */
  readonly push: (frame: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Refuses every frame that was not taken yet. */
  readonly fail: (error: Error) => void;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly taken: PromiseWithResolvers<void>;
}

export const createFrameQueue = (): FrameQueue => {
  const waiting: Waiting[] = [];
  let sizeBytes = 0;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;

  const take = (): Uint8Array | undefined => {
    const next = waiting.shift();
    if (next === undefined) return undefined;
    sizeBytes -= next.frame.length;
    next.taken.resolve();
    return next.frame;
  };

  const withdraw = (entry: Waiting, reason: unknown): void => {
    const place = waiting.indexOf(entry);
    if (place < 0) return;
    waiting.splice(place, 1);
    sizeBytes -= entry.frame.length;
    entry.taken.reject(new NetworkError('SEND_TIMEOUT', 'the peer did not take the frame in time', { cause: reason }));
  };

  async function* frames(): AsyncGenerator<Uint8Array> {
    while (failure === undefined) {
      const frame = take();
      if (frame !== undefined) {
        yield frame;
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }

  return {
    source: frames(),
    push: async (frame, signal) => {
      if (failure !== undefined) throw failure;
      if (signal.aborted) throw new NetworkError('SEND_TIMEOUT', 'the deadline had passed', { cause: signal.reason });
      if (waiting.length >= MAX_FRAMES || sizeBytes + frame.length > MAX_BYTES) {
        throw new NetworkError('QUEUE_FULL', `${waiting.length} frames wait for this peer already`);
      }
      const entry: Waiting = { frame, taken: Promise.withResolvers<void>() };
      waiting.push(entry);
      sizeBytes += frame.length;
      const onAbort = (): void => withdraw(entry, signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      wake?.();
      await entry.taken.promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
    fail: (error) => {
      failure ??= error;
      for (const { taken } of waiting.splice(0)) taken.reject(failure);
      sizeBytes = 0;
      wake?.();
    },
  };
};
