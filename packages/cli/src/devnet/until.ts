import { setTimeout as pause } from 'node:timers/promises';

/** A part of the devnet did not get where it should in time. */
export class DevnetTimeoutError extends Error {
  readonly code: 'DEVNET_TIMEOUT' = 'DEVNET_TIMEOUT';
  readonly next: string;

  constructor(what: string, timeoutMs: number) {
    super(`after ${timeoutMs / 1000} s still waiting until ${what}`);
    this.name = 'DevnetTimeoutError';
    this.next = 'try again on a less busy machine; with --dir (devnet) or --keep (demo) each daemon.log says more';
  }
}

const POLL_MS = 200;
const TIMEOUT_MS = 90_000;

/** Asks other processes again and again until the answer is not undefined. Throws DevnetTimeoutError. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> => {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= endsAtMs) throw new DevnetTimeoutError(what, timeoutMs);
    await pause(POLL_MS);
  }
};
