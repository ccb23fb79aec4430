import {
  BATCH_HEADER,
  type Bytes32,
  type Domain,
  decodeWire,
  encodeWire,
  headerDigestOf,
  ProtocolError,
  recordFromWire,
  recordToWire,
} from '@mlb/protocol';
import type { Store } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';
import type { CertifiedBatch } from './batch-pool.ts';

/** What the bot still has to bring to the chain. Survives kill -9: a certificate may never be gossiped again. */
export interface CertifiedStore {
  readonly putBatch: (batch: CertifiedBatch) => Promise<void>;
  /** Certified batches of an index; more than one when two slots proposed it. */
  readonly batchesAt: (index: bigint) => Promise<readonly CertifiedBatch[]>;
  /** Drops batches below an index. */
  readonly pruneBatches: (index: bigint) => Promise<void>;
}

const BATCH_PREFIX = `${STORE_PREFIXES.batch}certified/`;
/** Header, rows and certificate; what is on our own disk needs no tight bound. */
const MAX_RECORD_BYTES = 1024 * 1024;

const encodeBatch = ({ header, deltas, nullifiers, certificate }: CertifiedBatch): Uint8Array =>
  encodeWire([recordToWire(BATCH_HEADER, header), deltas, nullifiers, certificate]);

const decodeBatch = (domain: Domain, bytes: Uint8Array): CertifiedBatch => {
  const wire = decodeWire(bytes, MAX_RECORD_BYTES);
  if (!Array.isArray(wire) || wire.length !== 4) throw new ProtocolError('BAD_ENCODING', 'certified batch on disk');
  const [rawHeader, deltas, nullifiers, certificate] = wire;
  const header = recordFromWire(BATCH_HEADER, rawHeader);
  return { header, headerDigest: headerDigestOf(domain, header), deltas, nullifiers, certificate };
};

export const createCertifiedStore = (store: Store, domain: Domain): CertifiedStore => {
  const scope = `${domain.chainId}/${domain.settlement}/`;
  const indexPrefix = (index: bigint): string => `${BATCH_PREFIX}${scope}${index.toString(16).padStart(16, '0')}`;
  const batchKey = (index: bigint, digest: Bytes32): string => `${indexPrefix(index)}/${digest}`;
  const put = (key: string, value: Uint8Array | undefined): Promise<void> =>
    store.write([{ key, value }], { sync: true });
  return {
    putBatch: (batch) => put(batchKey(batch.header.index, batch.headerDigest), encodeBatch(batch)),
    batchesAt: async (index) => {
      const batches: CertifiedBatch[] = [];
      for await (const [, bytes] of store.list(`${indexPrefix(index)}/`)) batches.push(decodeBatch(domain, bytes));
      return batches;
    },
    pruneBatches: async (index) => {
      const old: string[] = [];
      for await (const [key] of store.list(`${BATCH_PREFIX}${scope}`)) if (key < indexPrefix(index)) old.push(key);
      await store.write(
        old.map((key) => ({ key, value: undefined })),
        { sync: false },
      );
    },
  };
};
