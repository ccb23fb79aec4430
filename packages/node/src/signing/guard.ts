import type { Bytes32 } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { Store } from '../port/store.ts';
import { type GuardLog, type GuardRecord, readGuardLog } from './guard-log.ts';
import { createGuardWriter } from './guard-writer.ts';
import type { HighWater, HighWaterMark } from './high-water.ts';
import { guardCorrupt, SigningGuardError } from './signing-guard-error.ts';

/** Knows everything that was ever signed (within the retention), also after kill -9 and a power cut. */
export interface SigningGuard {
  /**
   * Resolves when "`duty` signs `digest`" is durable; only then may the signature be made. The same digest again is
   * fine: a message is re-sent after a restart. Throws SigningGuardError: DUTY_CONFLICT for any other digest,
   * GUARD_UNAVAILABLE when it could not be written (full disk).
   */
  readonly authorize: (duty: string, digest: Bytes32) => Promise<void>;
  /** Duties remembered. */
  readonly size: () => number;
  /** Waits for what is being written. */
  readonly close: () => Promise<void>;
}

interface Known {
  readonly digest: Bytes32;
  /** Resolves when durable; undefined when writing it failed. */
  readonly durable: Promise<void> | undefined;
}

/** The log must contain the high-water mark: else records that were signed are gone. */
const checkHighWater = ({ base, records }: GuardLog, mark: HighWaterMark): void => {
  const last = records.at(-1) ?? base;
  if (last.sequence < mark.sequence) {
    throw guardCorrupt(`it ends at record ${last.sequence}, but record ${mark.sequence} had been signed`);
  }
  const at = mark.sequence === base.sequence ? base : records[mark.sequence - base.sequence - 1];
  if (at?.hash !== mark.hash) throw guardCorrupt(`record ${mark.sequence} is not the one that was signed`);
};

const collectDuties = (records: readonly GuardRecord[]): Map<string, Known> => {
  const duties = new Map<string, Known>();
  const durable = Promise.resolve();
  for (const { duty, digest } of records) {
    if ((duties.get(duty)?.digest ?? digest) !== digest) throw guardCorrupt(`duty ${duty} was signed twice`);
    duties.set(duty, { digest, durable });
  }
  return duties;
};

/**
 * Opens and verifies the guard. Throws GUARD_CORRUPT when anything that was signed is missing or changed: the daemon
 * must stop then (exit 70). The store's writes must be durable with `sync`.
 */
export const openSigningGuard = async (options: {
  readonly store: Store;
  readonly highWater: HighWater;
  readonly clock: Clock;
}): Promise<SigningGuard> => {
  const { store, highWater, clock } = options;
  const log = await readGuardLog(store);
  checkHighWater(log, highWater.read());
  const duties = collectDuties(log.records);
  const writer = createGuardWriter({ store, highWater, clock, log, onForget: (duty) => void duties.delete(duty) });
  await writer.prune();

  const write = async (duty: string, digest: Bytes32, isNew: boolean): Promise<void> => {
    try {
      await writer.append(duty, digest, isNew);
    } catch (cause) {
      duties.set(duty, { digest, durable: undefined });
      const text = 'the duty could not be written down, so it was not signed: is the disk full?';
      throw new SigningGuardError('GUARD_UNAVAILABLE', text, { cause });
    }
  };

  return {
    authorize: async (duty, digest) => {
      const known = duties.get(duty);
      if (known !== undefined && known.digest !== digest) {
        const text = `${duty} was signed as ${known.digest}: ${digest} is refused, two statements for one duty are slashed`;
        throw new SigningGuardError('DUTY_CONFLICT', text);
      }
      if (known?.durable !== undefined) return await known.durable;
      const durable = write(duty, digest, known === undefined);
      duties.set(duty, { digest, durable });
      await durable;
    },
    size: () => duties.size,
    close: async () => {
      await writer.idle();
      await highWater.close();
    },
  };
};
