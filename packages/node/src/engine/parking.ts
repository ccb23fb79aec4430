/** What one peer may have waiting: some hundred frames of a busy committee. */
const MAX_BYTES_PER_PEER = 4 * 1024 * 1024;
/** What all peers together may have waiting. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Something that came before what it is about. */
export interface Parked<K, V> {
  readonly key: K;
  readonly value: V;
  /** The peer that brought it: a flood from one forgets only its own. */
  readonly from: string;
  readonly sizeBytes: number;
}

/**
 * Frames that came before their order or seed block: our lag, not the sender's fault. Bounded in bytes; the oldest are
 * forgotten.
 */
export interface Parking<K, V> {
  /** Returns how many had to be forgotten for it. */
  readonly park: (parked: Parked<K, V>) => number;
  /** Everything of this key, in the order it came. */
  readonly take: (key: K) => readonly Parked<K, V>[];
}

export const createParking = <K, V>(): Parking<K, V> => {
  const places = new Set<Parked<K, V>>();
  const bytesOf = new Map<string, number>();
  let totalBytes = 0;

  const add = ({ from, sizeBytes }: Parked<K, V>, sign: 1 | -1): void => {
    const bytes = (bytesOf.get(from) ?? 0) + sign * sizeBytes;
    if (bytes === 0) bytesOf.delete(from);
    else bytesOf.set(from, bytes);
    totalBytes += sign * sizeBytes;
  };
  const remove = (parked: Parked<K, V>): void => {
    if (places.delete(parked)) add(parked, -1);
  };

  /** The one to give way first, while there is too much. */
  const excess = (from: string): Parked<K, V> | undefined => {
    // A Set keeps insertion order.
    if ((bytesOf.get(from) ?? 0) > MAX_BYTES_PER_PEER) return places.values().find((parked) => parked.from === from);
    return totalBytes > MAX_BYTES ? places.values().next().value : undefined;
  };

  return {
    park: (parked) => {
      places.add(parked);
      add(parked, 1);
      let forgotten = 0;
      for (let old = excess(parked.from); old !== undefined; old = excess(parked.from)) {
        remove(old);
        forgotten += 1;
      }
      return forgotten;
    },
    take: (key) => {
      const taken = [...places].filter((parked) => parked.key === key);
      taken.forEach(remove);
      return taken;
    },
  };
};
