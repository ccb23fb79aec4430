import type { Stream } from '@libp2p/interface';
import { messageStreamToDuplex } from '@libp2p/utils';
import { MAX_STREAM_FRAME_BYTES } from '@mlb/protocol';
import * as lp from 'it-length-prefixed';
import { pipe } from 'it-pipe';
import type { FrameOutcome } from './count.ts';
import { createFrameQueue } from './frame-queue.ts';
import { NetworkError, toError } from './network-error.ts';
import { createReadPace } from './read-pace.ts';

/** One long stream, both ways. */
export interface FrameLink {
  /** Resolves when the stream took the frame. Throws CLOSED (nothing was sent), QUEUE_FULL, SEND_TIMEOUT. */
  readonly send: (frame: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Resolves when the stream has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly abort: (error: Error) => void;
}

/** Why the reading side gave up. */
export class FrameRefusedError extends Error {
  readonly outcome: FrameOutcome;

  constructor(outcome: FrameOutcome, cause?: unknown) {
    super(`frame refused: ${outcome}`, { cause });
    this.name = 'FrameRefusedError';
    this.outcome = outcome;
  }
}

/** `onFrame` gets one frame after the other; the next is read when it resolved. Its throwing ends the stream. */
export const createFrameLink = (
  stream: Stream,
  onFrame: (frame: Uint8Array) => Promise<void>,
  onEnd: (error: Error | undefined) => void,
): FrameLink => {
  const queue = createFrameQueue();
  const pace = createReadPace(stream);

  const end = (error: Error | undefined): void => {
    queue.fail(new NetworkError('CLOSED', 'the stream was closed', { cause: error }));
    if (error !== undefined) stream.abort(error);
    onEnd(error);
  };

  const ended = pipe(
    queue.source,
    (source) => lp.encode(source, { maxDataLength: MAX_STREAM_FRAME_BYTES }),
    messageStreamToDuplex(stream),
    (source) => lp.decode(source, { maxDataLength: MAX_STREAM_FRAME_BYTES }),
    async (source) => {
      for await (const frame of source) {
        await onFrame(frame.subarray());
        pace.consumed(frame.byteLength);
      }
    },
  ).then(
    () => end(undefined),
    (thrown: unknown) => end(toError(thrown)),
  );

  return { send: queue.push, ended, abort: (error) => stream.abort(error) };
};
