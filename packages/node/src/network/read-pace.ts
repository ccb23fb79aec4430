import type { Stream, StreamMessageEvent } from '@libp2p/interface';
import { MAX_STREAM_FRAME_BYTES } from '@mlb/protocol';

/**
 * Bytes received but not handled, above which the peer is asked to wait. Far below libp2p's 4 MiB, where it resets;
 * half of it holds a whole frame, so that one which is still incomplete can always be finished.
 */
const HIGH_WATER_BYTES = 3 * MAX_STREAM_FRAME_BYTES;

/** Size of the varint length before a frame. */
const prefixSize = (frameBytes: number): number => (frameBytes < 1 << 7 ? 1 : frameBytes < 1 << 14 ? 2 : 3);

/**
 * Back-pressure for readers: libp2p 3 pushes whatever arrives, without bound. Above the high-water mark the stream is
 * paused, so that the peer's window closes; below half of it it goes on.
 */
export const createReadPace = (stream: Stream): { readonly consumed: (frameBytes: number) => void } => {
  let unhandledBytes = 0;
  let paused = false;

  stream.addEventListener('message', (event: StreamMessageEvent) => {
    unhandledBytes += event.data.byteLength;
    if (unhandledBytes <= HIGH_WATER_BYTES || paused) return;
    paused = true;
    // Not inside the event: pause() there is undone by the resume() that dispatched it.
    queueMicrotask(() => {
      if (paused && stream.readStatus === 'readable') stream.pause();
    });
  });

  return {
    consumed: (frameBytes) => {
      unhandledBytes = Math.max(0, unhandledBytes - frameBytes - prefixSize(frameBytes));
      if (!paused || unhandledBytes > HIGH_WATER_BYTES / 2) return;
      paused = false;
      if (stream.readStatus === 'paused') stream.resume();
    },
  };
};
