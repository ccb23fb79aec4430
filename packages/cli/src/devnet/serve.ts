import type { RunningDaemon } from '@mlb/node';

/** Says on stdout that a daemon is ready, and runs it until SIGTERM, SIGINT, or the end of whoever holds our stdin. */
export const serve = async (daemon: RunningDaemon): Promise<void> => {
  const { apiUrl, multiaddrs } = daemon;
  process.stdout.write(`${JSON.stringify({ apiUrl, multiaddrs })}\n`);
  const stop = (): void => void daemon.stop();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.stdin.once('end', stop).once('error', stop).resume();
  await daemon.closed;
  process.exit(0);
};
