import type { CID } from 'multiformats/cid';
import type { Clock } from '../port/clock.ts';

const RETRY_MS = 30_000;
/** Announcements waiting for a peer; the DHT itself repeats the ones that succeeded. */
const MAX_WAITING = 1024;

/** Tells the DHT what we hold, in the background: without peers that takes for ever, and nobody should wait for it. */
export interface Announcer {
  readonly announce: (cid: CID) => void;
  /** To be called when a peer arrived. */
  readonly wake: () => void;
  readonly close: () => void;
}

/** `provide` must end when its signal fires. */
export const createAnnouncer = (options: {
  readonly clock: Clock;
  readonly provide: (cid: CID, signal: AbortSignal) => Promise<void>;
  readonly hasPeers: () => boolean;
}): Announcer => {
  const { clock, provide, hasPeers } = options;
  const waiting = new Map<string, CID>();
  const closing = new AbortController();
  let running = false;
  let cancelRetry: (() => void) | undefined;

  const run = async (): Promise<void> => {
    for (const [text, cid] of waiting) {
      if (closing.signal.aborted || !hasPeers()) return;
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(RETRY_MS)]);
      const isDone = await provide(cid, signal).then(
        () => true,
        () => false,
      );
      if (!isDone) return;
      waiting.delete(text);
    }
  };

  const start = (): void => {
    if (running || closing.signal.aborted || waiting.size === 0 || !hasPeers()) return;
    running = true;
    void run().then(() => {
      running = false;
      if (waiting.size === 0 || closing.signal.aborted) return;
      cancelRetry?.();
      cancelRetry = clock.after(RETRY_MS, start);
    });
  };

  return {
    announce: (cid) => {
      if (waiting.size < MAX_WAITING) waiting.set(cid.toString(), cid);
      start();
    },
    wake: start,
    close: () => {
      cancelRetry?.();
      closing.abort();
    },
  };
};
