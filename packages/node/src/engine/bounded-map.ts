/** A map that forgets its oldest entry when it is full. For what strangers can make us remember. */
export interface BoundedMap<K, V> {
  readonly get: (key: K) => V | undefined;
  readonly set: (key: K, value: V) => void;
  readonly take: (key: K) => V | undefined;
  readonly has: (key: K) => boolean;
}

export const createBoundedMap = <K, V>(capacity: number): BoundedMap<K, V> => {
  const entries = new Map<K, V>();
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= capacity) return;
      const oldest = entries.keys().next();
      if (oldest.done !== true) entries.delete(oldest.value);
    },
    take: (key) => {
      const value = entries.get(key);
      entries.delete(key);
      return value;
    },
  };
};
