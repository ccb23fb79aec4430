import type { Gossip } from '../../src/port/gossip.ts';
import type { Store, StoreWrite } from '../../src/port/store.ts';
import type { Streams } from '../../src/port/streams.ts';
import { StoreError } from '../../src/store/store-error.ts';

/** One life of a process: after the crash nothing it had begun ever goes on. */
export interface Mortality {
  readonly isDead: () => boolean;
  readonly die: () => void;
  /** Resolves at death. */
  readonly death: Promise<void>;
  /** Dies right after the first write that matches is on disk. */
  readonly dieAfterWrite: (matches: (write: StoreWrite) => boolean) => void;
  /** While full, the disk takes nothing. */
  readonly fillDisk: (isFull: boolean) => void;
  readonly store: (disk: Store) => Store;
  readonly gossip: (gossip: Gossip) => Gossip;
  readonly streams: (streams: Streams) => Streams;
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export const createMortality = (): Mortality => {
  const { promise: death, resolve } = Promise.withResolvers<void>();
  let dead = false;
  let isDiskFull = false;
  let isFatal = (_: StoreWrite): boolean => false;
  const die = (): void => {
    dead = true;
    resolve();
  };
  const alive = <T>(act: () => Promise<T>): Promise<T> => (dead ? never() : act());
  return {
    isDead: () => dead,
    die,
    death,
    dieAfterWrite: (matches) => {
      isFatal = matches;
    },
    fillDisk: (isFull) => {
      isDiskFull = isFull;
    },
    store: (disk) => ({
      get: (key) => alive(() => disk.get(key)),
      write: (writes, options) =>
        alive(async () => {
          if (isDiskFull) throw new StoreError('STORE_FULL', 'the disk is full');
          await disk.write(writes, options);
          if (writes.some(isFatal)) die();
          if (dead) await never();
        }),
      list: disk.list,
      close: disk.close,
    }),
    gossip: (gossip) => ({
      handle: gossip.handle,
      publish: (topic, message) => alive(() => gossip.publish(topic, message)),
    }),
    streams: (streams) => ({
      handle: streams.handle,
      send: (peer, protocol, frame, signal) => alive(() => streams.send(peer, protocol, frame, signal)),
    }),
  };
};
