import type { RunningDaemon } from '@mlb/node/client';
import { EXIT_INTERRUPTED, EXIT_OK } from './exit.ts';
import type { Output } from './output.ts';

/**
 * Waits until the process is told to stop or stops by itself. The first SIGINT or SIGTERM finishes what is in flight, the
 * second one kills. Resolves to the exit code; rejects with what made the daemon stop.
 */
export const untilStopped = async (daemon: RunningDaemon, output: Output): Promise<number> => {
  let isStopping = false;
  const failed = Promise.withResolvers<never>();
  const stop = (): void => {
    if (isStopping) process.exit(EXIT_INTERRUPTED);
    isStopping = true;
    output.note('stopping gracefully, once more to force');
    daemon.stop().catch(failed.reject);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await Promise.race([daemon.closed, failed.promise]);
    return EXIT_OK;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
};
