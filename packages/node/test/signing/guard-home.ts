import { join } from 'node:path';
import { systemClock } from '../../src/clock/system.ts';
import type { Clock } from '../../src/port/clock.ts';
import type { Store } from '../../src/port/store.ts';
import type { SigningGuard } from '../../src/signing/guard.ts';
import { createHighWaterFile } from '../../src/signing/high-water.ts';
import { openHomeGuard } from '../../src/signing/home-guard.ts';
import { openLevelStore } from '../../src/store/level.ts';

export interface OpenGuard {
  readonly guard: SigningGuard;
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export const databasePath = (home: string): string => join(home, 'db');
export const highWaterPath = (home: string): string => join(home, 'high-water');

/** What `mlb init` does. */
export const initGuardHome = async (home: string): Promise<void> => {
  await (await openLevelStore(databasePath(home), { create: true })).close();
  await createHighWaterFile(highWaterPath(home));
};

/** What the daemon does at its start. */
export const openGuardHome = async (home: string, clock: Clock = systemClock): Promise<OpenGuard> => {
  const store = await openLevelStore(databasePath(home), { create: false });
  try {
    const guard = await openHomeGuard({ store, highWaterPath: highWaterPath(home), clock });
    return {
      guard,
      store,
      close: async () => {
        await guard.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
};
