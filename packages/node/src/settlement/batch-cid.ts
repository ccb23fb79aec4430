import { type Bytes32, fromHex } from '@mlb/protocol';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create as createDigest } from 'multiformats/hashes/digest';

const SHA2_256 = 0x12;

/** The CIDv1 of the raw block whose sha256 a batch header names. */
export const cidOfDigest = (digest: Bytes32): string =>
  CID.createV1(raw.code, createDigest(SHA2_256, fromHex(digest))).toString();
