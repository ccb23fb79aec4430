import type { Clock } from '../port/clock.ts';

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;

/** Keeps peers connected by our own schedule: libp2p's gives up for good after five tries. */
export interface Reconnect {
  /** Replaces the peers of one group, e.g. bootstrap or committee. */
  readonly keep: (group: string, peerIds: readonly string[]) => void;
  /** To be called when the connection to a peer is gone. */
  readonly lost: (peerId: string) => void;
  readonly close: () => void;
}

/** `connect` dials; `isConnected` tells. Delays double from 1 s to 30 s, each shortened by up to half at `random`. */
export const createReconnect = (options: {
  readonly clock: Clock;
  readonly connect: (peerId: string) => Promise<void>;
  readonly isConnected: (peerId: string) => boolean;
  readonly random: () => number;
}): Reconnect => {
  const { clock, connect, isConnected, random } = options;
  const groups = new Map<string, ReadonlySet<string>>();
  const timers = new Map<string, () => void>();
  let closed = false;
  const isKept = (peerId: string): boolean => !closed && [...groups.values()].some((peers) => peers.has(peerId));

  const schedule = (peerId: string, delayMs: number): void => {
    if (timers.has(peerId) || !isKept(peerId)) return;
    const attempt = (): void => {
      timers.delete(peerId);
      if (isConnected(peerId) || !isKept(peerId)) return;
      connect(peerId).catch(() => schedule(peerId, Math.min(MAX_DELAY_MS, Math.max(FIRST_DELAY_MS, 2 * delayMs))));
    };
    timers.set(peerId, clock.after(delayMs * (1 - random() / 2), attempt));
  };

  return {
    keep: (group, peerIds) => {
      groups.set(group, new Set(peerIds));
      for (const [peerId, cancel] of timers) {
        if (isKept(peerId)) continue;
        cancel();
        timers.delete(peerId);
      }
      for (const peerId of peerIds) if (!isConnected(peerId)) schedule(peerId, 0);
    },
    lost: (peerId) => schedule(peerId, FIRST_DELAY_MS),
    close: () => {
      closed = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
};
