import {
  type BatchHeader,
  type BatchLeaf,
  type Bytes32,
  type Domain,
  decodeLeaves,
  drawProposer,
  MAX_BATCH_DATA_BYTES,
  ProtocolError,
  sha256,
} from '@mlb/protocol';
import type { ChainView } from '../chain/state.ts';
import { rawCidOfDigest } from '../content/cid.ts';
import { ContentError } from '../content/content-error.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { Content } from '../port/content.ts';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';

export interface PostedDataDeps {
  readonly domain: Domain;
  readonly state: Pick<ChainView, 'snapshotOf'>;
  readonly content: Pick<Content, 'get'>;
  readonly store: Store;
}

/** The leaves behind the headers of posted batches. */
export interface PostedData {
  /** From our own disk, else from its proposer and attesters. Undefined: nobody shows them now. */
  readonly leavesOf: (header: BatchHeader, signal: AbortSignal) => Promise<readonly BatchLeaf[] | undefined>;
}

const FETCH_TIMEOUT_MS = 5000;

/** Bytes that hash to what the header names, but are no leaves, are as good as none. */
const leavesIn = (data: Uint8Array): readonly BatchLeaf[] | undefined => {
  try {
    return decodeLeaves(data);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
};

export const createPostedData = ({ domain, state, content, store }: PostedDataDeps): PostedData => {
  const keyOf = (digest: Bytes32): string =>
    `${STORE_PREFIXES.batch}data/${domain.chainId}/${domain.settlement}/${digest}`;

  /** Its proposer first, then whoever may have signed. */
  const providersOf = ({ epoch, slot }: BatchHeader): readonly string[] => {
    const snapshot = state.snapshotOf(epoch);
    if (snapshot === undefined) return [];
    const proposer = snapshot.rows[drawProposer({ domain, snapshot, slot }) ?? -1];
    const rows = proposer === undefined ? snapshot.rows : [proposer, ...snapshot.rows];
    return rows.flatMap(({ peerKey }) => (peerKey === undefined ? [] : [peerIdOfKey(peerKey)]));
  };

  const fetch = async (header: BatchHeader, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    try {
      return await content.get(rawCidOfDigest(header.dataCidDigest), {
        maxBytes: MAX_BATCH_DATA_BYTES,
        providers: providersOf(header),
        signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
      });
    } catch (error) {
      if (error instanceof ContentError) return undefined;
      throw error;
    }
  };

  return {
    leavesOf: async (header, signal) => {
      const key = keyOf(header.dataCidDigest);
      const kept = await store.get(key);
      if (kept !== undefined) return leavesIn(kept);
      const data = await fetch(header, signal);
      if (data === undefined || sha256(data) !== header.dataCidDigest) return undefined;
      // Kept for ever: folds begin at the first batch, and challenges are answered from here.
      await store.write([{ key, value: data }], { sync: false });
      return leavesIn(data);
    },
  };
};
