import type { Clock } from '../port/clock.ts';

/** The gossip validator gives a handler 10 s; a node that is further behind cannot take part in the task anyway. */
const WAIT_MS = 3000;
const MAX_WAITING = 256;

/** Who waits until this node has folded a block that others have already. */
export interface CatchUp {
  /** False: it did not come in time, or too many wait. */
  readonly until: (block: bigint) => Promise<boolean>;
  /** Everything up to this block is folded. */
  readonly reached: (block: bigint) => void;
}

export const createCatchUp = (clock: Clock): CatchUp => {
  const waiting = new Set<{ readonly block: bigint; readonly end: (reached: boolean) => void }>();
  return {
    until: (block) =>
      new Promise((resolve) => {
        if (waiting.size >= MAX_WAITING) return resolve(false);
        const waiter = {
          block,
          end: (reached: boolean): void => {
            cancel();
            waiting.delete(waiter);
            resolve(reached);
          },
        };
        const cancel = clock.after(WAIT_MS, () => waiter.end(false));
        waiting.add(waiter);
      }),
    reached: (block) => {
      for (const waiter of [...waiting]) if (waiter.block <= block) waiter.end(true);
    },
  };
};
