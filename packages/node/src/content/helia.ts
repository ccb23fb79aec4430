import { peerIdFromString } from '@libp2p/peer-id';
import { sha256 } from '@mlb/protocol';
import { LevelBlockstore } from 'blockstore-level';
import type { Helia } from 'helia';
import type { Datastore } from 'interface-datastore';
import type { CID } from 'multiformats/cid';
import type { MlbLibp2p } from '../network/libp2p.ts';
import type { Clock } from '../port/clock.ts';
import type { Content } from '../port/content.ts';
import { createAnnouncer } from './announcer.ts';
import { IMPORT_OPTIONS, parseCid, RAW_LEAF_BYTES, rawCidOfDigest } from './cid.ts';
import { ContentError } from './content-error.ts';
import { createHeliaRouter } from './helia-router.ts';
import { readContent } from './unixfs-content.ts';

export interface HeliaContent extends Content {
  /** Deletes every block that is not pinned. */
  readonly collectGarbage: (signal: AbortSignal) => Promise<void>;
  /** Stops Helia, not libp2p. */
  readonly close: () => Promise<void>;
}

/** Helia on the daemon's own libp2p; imported here, since it costs a second and 100 MB that the CLI must not pay. */
const startHelia = async (libp2p: MlbLibp2p, datastore: Datastore, blockstore: LevelBlockstore): Promise<Helia> => {
  const [{ createHeliaLight }, { withBitswap }] = await Promise.all([import('helia'), import('@helia/bitswap')]);
  const light = createHeliaLight({ blockstore, datastore, routers: [createHeliaRouter(libp2p)] });
  // createHelia would start a libp2p of its own; bitswap only needs to find one here.
  Object.defineProperty(light, 'libp2p', { value: libp2p, enumerable: true });
  const helia = withBitswap(light as Parameters<typeof withBitswap>[0]);
  await helia.start();
  return helia;
};

const providerCids = (peerIds: readonly string[]): CID[] =>
  peerIds.flatMap((peerId) => {
    try {
      return [peerIdFromString(peerId).toCID()];
    } catch {
      // A hint that is no peer id only helps less.
      return [];
    }
  });

const finish = async (steps: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of steps);
};

const ioError = (what: string, cause: unknown): ContentError => {
  if (cause instanceof ContentError) return cause;
  return new ContentError('CONTENT_IO', `could not ${what}: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  });
};

/** Content over Helia with bitswap, blocks in a level database at `blockstorePath`. */
export const createHeliaContent = async (options: {
  readonly libp2p: MlbLibp2p;
  /** Pins; may be that of libp2p. */
  readonly datastore: Datastore;
  readonly blockstorePath: string;
  readonly clock: Clock;
}): Promise<HeliaContent> => {
  const { libp2p, datastore, clock } = options;
  const blockstore = new LevelBlockstore(options.blockstorePath);
  await blockstore.open();
  const helia = await startHelia(libp2p, datastore, blockstore);
  const { unixfs } = await import('@helia/unixfs');
  const fs = unixfs(helia);
  const announcer = createAnnouncer({
    clock,
    provide: (cid, signal) => libp2p.contentRouting.provide(cid, { signal }),
    hasPeers: () => libp2p.getConnections().length > 0,
  });
  const onConnect = (): void => announcer.wake();
  libp2p.addEventListener('peer:identify', onConnect);

  return {
    add: async (bytes, signal) => {
      try {
        const cid = await fs.addBytes(bytes, { ...IMPORT_OPTIONS, signal });
        if (!(await helia.pins.isPinned(cid, { signal }))) await finish(helia.pins.add(cid, { signal }));
        announcer.announce(cid);
        // Batch data is asked for by its plain hash: that is the root's one leaf.
        if (bytes.length <= RAW_LEAF_BYTES) announcer.announce(parseCid(rawCidOfDigest(sha256(bytes))));
        return cid.toString();
      } catch (cause) {
        throw ioError('store the content', cause);
      }
    },
    get: (cid, { maxBytes, providers, signal }) =>
      readContent(fs, cid, { maxBytes, providers: providerCids(providers), signal }),
    unpin: async (text) => {
      const cid = parseCid(text);
      try {
        if (await helia.pins.isPinned(cid)) await finish(helia.pins.rm(cid));
      } catch (cause) {
        throw ioError(`unpin ${text}`, cause);
      }
    },
    collectGarbage: async (signal) => await helia.gc({ signal }),
    close: async () => {
      announcer.close();
      libp2p.removeEventListener('peer:identify', onConnect);
      await helia.stop();
      await blockstore.close();
    },
  };
};
