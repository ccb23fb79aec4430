import { sha256 } from '@mlb/protocol';
import type { Content } from '../port/content.ts';
import { cidOfBytes, parseCid, RAW_LEAF_BYTES, rawCidOfDigest } from './cid.ts';
import { ContentError } from './content-error.ts';

/** Contents that find each other in one process, for tests. */
export interface MemoryContentHub {
  /** The content of one peer: it gets what any peer of the hub has added and not unpinned. */
  readonly join: () => Content;
}

export const createMemoryContentHub = (): MemoryContentHub => {
  const members: Map<string, Uint8Array>[] = [];
  return {
    join: () => {
      const own = new Map<string, Uint8Array>();
      members.push(own);
      return {
        add: async (bytes, signal) => {
          signal.throwIfAborted();
          const cid = await cidOfBytes(bytes);
          own.set(cid, bytes.slice());
          if (bytes.length <= RAW_LEAF_BYTES) own.set(rawCidOfDigest(sha256(bytes)), bytes.slice());
          return cid;
        },
        get: async (text, { maxBytes, signal }) => {
          const cid = parseCid(text).toString();
          const bytes = members.map((blocks) => blocks.get(cid)).find((found) => found !== undefined);
          if (bytes === undefined || signal.aborted) throw new ContentError('NOT_FOUND', `nobody sent ${cid}`);
          if (bytes.length > maxBytes) {
            throw new ContentError('TOO_LARGE', `${cid} has ${bytes.length} bytes, at most ${maxBytes} were asked for`);
          }
          return bytes.slice();
        },
        unpin: async (text) => void own.delete(parseCid(text).toString()),
      };
    },
  };
};
