import { Bytes32, fromHex, sha256, toHex } from '@mlb/protocol';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { ContentError } from './content-error.ts';

const DAG_PB = 0x70;
const RAW = 0x55;
const SHA2_256 = 0x12;

/** Bytes up to this size are one raw leaf under their root; larger ones are several. */
export const RAW_LEAF_BYTES: number = 1024 * 1024;

/**
 * Chunks of 1 MiB, raw leaves, a balanced tree, and a dag-pb root even above a single chunk: so a digest alone names
 * the CID, which is all that batch headers and orders carry. The rest are Helia's defaults, held fast by golden CIDs.
 */
export const IMPORT_OPTIONS: {
  readonly cidVersion: 1;
  readonly rawLeaves: true;
  readonly reduceSingleLeafToSelf: false;
} = {
  cidVersion: 1,
  rawLeaves: true,
  reduceSingleLeafToSelf: false,
};

/** Throws BAD_CID unless it is a CIDv1 with dag-pb, or a single raw block, and sha2-256. */
export const parseCid = (text: string): CID => {
  try {
    const cid = CID.parse(text);
    const isKnown = cid.code === DAG_PB || cid.code === RAW;
    if (cid.version === 1 && isKnown && cid.multihash.code === SHA2_256) return cid;
  } catch (cause) {
    throw new ContentError('BAD_CID', `${JSON.stringify(text.slice(0, 100))} is no CID`, { cause });
  }
  throw new ContentError(
    'BAD_CID',
    `${text} is no CIDv1 with a dag-pb or raw root and sha2-256: add the bytes with this node`,
  );
};

/** The sha256 digest inside a content CID. Throws BAD_CID. */
export const digestOfCid = (cid: string): Bytes32 => Bytes32(toHex(parseCid(cid).multihash.digest));

/** The one content CID with this digest. */
export const cidOfDigest = (digest: Bytes32): string =>
  CID.createV1(DAG_PB, createDigest(SHA2_256, fromHex(digest))).toString();

/**
 * The one raw block with this sha256. Bytes of up to 1 MiB are added as one raw leaf under their root, so whoever added
 * them serves this CID too: batch headers name their data by its plain hash.
 */
export const rawCidOfDigest = (digest: Bytes32): string =>
  CID.createV1(RAW, createDigest(SHA2_256, fromHex(digest))).toString();

/** Whether these bytes are what the CID names. */
export const isContentOf = async (cid: CID, bytes: Uint8Array): Promise<boolean> =>
  cid.code === RAW ? toHex(cid.multihash.digest) === sha256(bytes) : (await cidOfBytes(bytes)) === cid.toString();

/** The CID that adding these bytes gives, without storing them. */
export const cidOfBytes = async (bytes: Uint8Array): Promise<string> => {
  const [{ unixfs }, { BlackHoleBlockstore }] = await Promise.all([
    import('@helia/unixfs'),
    import('blockstore-core/black-hole'),
  ]);
  return (await unixfs({ blockstore: new BlackHoleBlockstore() }).addBytes(bytes, IMPORT_OPTIONS)).toString();
};
