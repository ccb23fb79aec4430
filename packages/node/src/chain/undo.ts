import { ChainError } from './error.ts';
import { KEPT_BLOCKS } from './kept-blocks.ts';

/** A value that a reorg takes back. */
export interface UndoCell<T> {
  readonly get: () => T;
  readonly set: (value: T) => void;
}

/** A map that a reorg takes back. */
export interface UndoMap<K, V> {
  readonly get: (key: K) => V | undefined;
  readonly set: (key: K, value: V) => void;
  readonly delete: (key: K) => void;
  readonly values: () => Iterable<V>;
}

/** State folded from blocks, with the way back. */
export interface UndoLog {
  readonly cell: <T>(initial: T) => UndoCell<T>;
  readonly map: <K, V>() => UndoMap<K, V>;
  /** What is set from here on belongs to this block. */
  readonly begin: (block: bigint) => void;
  /** Restores exactly the state after block `ancestor`. */
  readonly rollback: (ancestor: bigint) => void;
}

interface BlockUndo {
  readonly block: bigint;
  readonly steps: (() => void)[];
}

/** Twice what the indexer can roll back block by block; a deeper reorg starts from nothing. */
const UNDO_BLOCKS = 2n * KEPT_BLOCKS;

export const createUndoLog = (): UndoLog => {
  const undos: BlockUndo[] = [];
  const resets: (() => void)[] = [];
  let first: bigint | undefined;
  let forgottenUpTo: bigint | undefined;
  const note = (step: () => void): void => {
    undos.at(-1)?.steps.push(step);
  };
  const reset = (): void => {
    for (const step of resets) step();
    undos.length = 0;
    first = undefined;
    forgottenUpTo = undefined;
  };
  return {
    cell: (initial) => {
      let value = initial;
      resets.push(() => {
        value = initial;
      });
      return {
        get: () => value,
        set: (next) => {
          const previous = value;
          note(() => {
            value = previous;
          });
          value = next;
        },
      };
    },
    map: <K, V>(): UndoMap<K, V> => {
      const entries = new Map<K, V>();
      resets.push(() => entries.clear());
      const restore = (key: K): (() => void) => {
        const previous = entries.get(key);
        if (previous === undefined) return () => entries.delete(key);
        return () => entries.set(key, previous);
      };
      return {
        get: (key) => entries.get(key),
        set: (key, value) => {
          note(restore(key));
          entries.set(key, value);
        },
        delete: (key) => {
          note(restore(key));
          entries.delete(key);
        },
        values: () => entries.values(),
      };
    },
    begin: (block) => {
      first ??= block;
      undos.push({ block, steps: [] });
      while (undos[0] !== undefined && undos[0].block + UNDO_BLOCKS < block) forgottenUpTo = undos.shift()?.block;
    },
    rollback: (ancestor) => {
      if (first === undefined) return;
      if (ancestor < first) return reset();
      if (forgottenUpTo !== undefined && ancestor < forgottenUpTo) {
        throw new ChainError(
          'BAD_RECORD',
          `a reorg back to block ${ancestor} is deeper than the ${UNDO_BLOCKS} blocks that can be undone. Start again with an empty index.`,
        );
      }
      for (let last = undos.at(-1); last !== undefined && last.block > ancestor; last = undos.at(-1)) {
        for (const step of last.steps.reverse()) step();
        undos.pop();
      }
    },
  };
};
