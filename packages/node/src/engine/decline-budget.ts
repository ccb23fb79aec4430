import { decodeWire, encodeWire } from '@mlb/protocol';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';

/** Seats of round 0 that the share is taken of: the last ones, so that one bad hour is forgotten. */
const WINDOW_DUTIES = 200;
/** At most one duty in ten may be passed on (protocol.md section 3). */
const DUTIES_PER_DECLINE = 10;
const KEY = `${STORE_PREFIXES.duty}window`;
const SERVED = 0;
const DECLINED = 1;

/** How many seats this operator may still pass on. */
export interface DeclineBudget {
  /** Reads back what an earlier life counted. */
  readonly load: () => Promise<void>;
  readonly mayDecline: () => boolean;
  /** Counts one drawn seat of round 0. */
  readonly count: (outcome: 'served' | 'declined') => Promise<void>;
}

/**
 * A tenth of the last duties, rounded up: a newcomer may pass on one. Not synced to disk: what a power cut forgets are
 * some duties of a window of many.
 */
export const createDeclineBudget = (store: Pick<Store, 'get' | 'write'>): DeclineBudget => {
  let duties: readonly number[] = [];
  return {
    load: async () => {
      const kept = await store.get(KEY);
      duties = kept === undefined ? [] : [...(decodeWire(kept, WINDOW_DUTIES + 8) as Uint8Array)];
    },
    mayDecline: () => {
      const declined = duties.filter((duty) => duty === DECLINED).length;
      return declined * DUTIES_PER_DECLINE <= duties.length;
    },
    count: async (outcome) => {
      duties = [...duties, outcome === 'declined' ? DECLINED : SERVED].slice(-WINDOW_DUTIES);
      await store.write([{ key: KEY, value: encodeWire(Uint8Array.from(duties)) }], { sync: false });
    },
  };
};
