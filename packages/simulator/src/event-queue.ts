/** What happens later, by virtual time; at one moment in the order in which it was asked for. */
export interface EventQueue<T> {
  readonly push: (atMs: number, value: T) => void;
  readonly pop: () => { readonly atMs: number; readonly value: T } | undefined;
  readonly size: () => number;
}

interface Entry<T> {
  readonly atMs: number;
  readonly sequence: number;
  readonly value: T;
}

const isBefore = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);

const swap = <T>(heap: Entry<T>[], a: number, b: number): void => {
  const kept = heap[a] as Entry<T>;
  heap[a] = heap[b] as Entry<T>;
  heap[b] = kept;
};

const sift = <T>(heap: Entry<T>[]): void => {
  let at = 0;
  for (;;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (left < heap.length && isBefore(heap[left] as Entry<T>, heap[least] as Entry<T>)) least = left;
    if (right < heap.length && isBefore(heap[right] as Entry<T>, heap[least] as Entry<T>)) least = right;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
};

/** A binary heap. */
export const createEventQueue = <T>(): EventQueue<T> => {
  const heap: Entry<T>[] = [];
  let sequence = 0;
  return {
    size: () => heap.length,
    push: (atMs, value) => {
      let at = heap.push({ atMs, sequence, value }) - 1;
      sequence += 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(heap[at] as Entry<T>, heap[parent] as Entry<T>)) return;
        swap(heap, at, parent);
        at = parent;
      }
    },
    pop: () => {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sift(heap);
      }
      return { atMs: first.atMs, value: first.value };
    },
  };
};
