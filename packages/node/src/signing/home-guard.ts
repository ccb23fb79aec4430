import { access } from 'node:fs/promises';
import type { Clock } from '../port/clock.ts';
import type { Store } from '../port/store.ts';
import { openSigningGuard, type SigningGuard } from './guard.ts';
import { isGuardLogEmpty } from './guard-log.ts';
import { createHighWaterFile, openHighWaterFile } from './high-water.ts';

/**
 * Opens the guard of a home. A high-water file is made only where nothing was ever signed: missing beside a log that has
 * records, it was lost, and so may be the log's end. Throws GUARD_CORRUPT (the safety stop, exit 70) and StoreError.
 */
export const openHomeGuard = async (options: {
  readonly store: Store;
  readonly highWaterPath: string;
  readonly clock: Clock;
}): Promise<SigningGuard> => {
  const { store, highWaterPath, clock } = options;
  const isThere = await access(highWaterPath).then(
    () => true,
    () => false,
  );
  if (!isThere && (await isGuardLogEmpty(store))) await createHighWaterFile(highWaterPath);
  const highWater = await openHighWaterFile(highWaterPath);
  try {
    return await openSigningGuard({ store, highWater, clock });
  } catch (error) {
    await highWater.close();
    throw error;
  }
};
