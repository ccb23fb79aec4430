import type { UnixFS } from '@helia/unixfs';
import type { CID } from 'multiformats/cid';
import { isContentOf, parseCid } from './cid.ts';
import { ContentError } from './content-error.ts';

/** Where the bytes of a CID may be asked for first: peer ids as CIDs. */
export interface FetchOptions {
  readonly maxBytes: number;
  readonly providers: CID[];
  readonly signal: AbortSignal;
}

const tooLarge = (cid: string, sizeBytes: bigint | number, maxBytes: number): ContentError =>
  new ContentError('TOO_LARGE', `${cid} has ${sizeBytes} bytes, at most ${maxBytes} were asked for`);

/** Collects at most `maxBytes`: a DAG may hold more than its root declares. */
const collect = async (cid: string, chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(cid, sizeBytes, maxBytes);
    parts.push(chunk);
  }
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
};

const fetchBytes = async (fs: UnixFS, cid: string, options: FetchOptions): Promise<Uint8Array> => {
  const { maxBytes, ...hints } = options;
  const root = parseCid(cid);
  // The root block alone tells the declared size.
  const { type, size } = await fs.stat(root, hints);
  if (type === 'directory') throw new ContentError('BAD_CONTENT', `${cid} is a directory`);
  if (size > BigInt(maxBytes)) throw tooLarge(cid, size, maxBytes);
  return await collect(cid, fs.cat(root, hints), maxBytes);
};

/** Reads a CID's bytes with every check. Throws ContentError. */
export const readContent = async (fs: UnixFS, cid: string, options: FetchOptions): Promise<Uint8Array> => {
  try {
    options.signal.throwIfAborted();
    const bytes = await fetchBytes(fs, cid, options);
    // The exporter trusts the blockstore and cuts at declared sizes: only the CID of the whole is proof.
    if (!(await isContentOf(parseCid(cid), bytes)))
      throw new ContentError('BAD_CONTENT', `${cid} is not how its own bytes are stored`);
    return bytes;
  } catch (cause) {
    if (cause instanceof ContentError) throw cause;
    const why = options.signal.aborted ? 'in time' : '';
    throw new ContentError('NOT_FOUND', `nobody sent ${cid} ${why}`.trimEnd(), { cause });
  }
};
