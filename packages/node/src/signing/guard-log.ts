import { Bytes32, decodeWire, encodeWire, fromHex, sha256, toHex, ZERO_BYTES32 } from '@mlb/protocol';
import type { Store, StoreWrite } from '../port/store.ts';
import { STORE_PREFIXES } from '../store/prefixes.ts';
import { StoreError } from '../store/store-error.ts';
import { guardCorrupt, SigningGuardError } from './signing-guard-error.ts';

/** One duty that was (or may have been) signed. */
export interface GuardRecord {
  /** Contiguous from 1. */
  readonly sequence: number;
  readonly duty: string;
  readonly digest: Bytes32;
  readonly atMs: number;
  /** sha256 over the hash before and this record: a hole or a change breaks every later one. */
  readonly hash: Bytes32;
}

/** Where the log begins after pruning: the last record that was dropped. */
export interface GuardBase {
  readonly sequence: number;
  readonly hash: Bytes32;
}

const EMPTY_BASE: GuardBase = { sequence: 0, hash: ZERO_BYTES32 };

const BASE_KEY = `${STORE_PREFIXES.guard}base`;
const LOG_PREFIX = `${STORE_PREFIXES.guard}log/`;
const MAX_RECORD_BYTES = 1024;

const keyOf = (sequence: number): string => `${LOG_PREFIX}${sequence.toString().padStart(16, '0')}`;

const body = (sequence: number, duty: string, digest: Bytes32, atMs: number): Uint8Array =>
  encodeWire([sequence, new TextEncoder().encode(duty), fromHex(digest), atMs]);

/** The record that follows `previous`. */
export const nextRecord = (previous: GuardBase, duty: string, digest: Bytes32, atMs: number): GuardRecord => {
  const sequence = previous.sequence + 1;
  const bytes = body(sequence, duty, digest, atMs);
  const hash = sha256(Buffer.concat([fromHex(previous.hash), bytes]));
  return { sequence, duty, digest, atMs, hash };
};

export const recordWrite = ({ sequence, duty, digest, atMs, hash }: GuardRecord): StoreWrite => ({
  key: keyOf(sequence),
  value: encodeWire([body(sequence, duty, digest, atMs), fromHex(hash)]),
});

export const recordDelete = (sequence: number): StoreWrite => ({ key: keyOf(sequence), value: undefined });

export const baseWrite = ({ sequence, hash }: GuardBase): StoreWrite => ({
  key: BASE_KEY,
  value: encodeWire([sequence, fromHex(hash)]),
});

const decodeBase = (bytes: Uint8Array): GuardBase => {
  const [sequence, hash] = decodeWire(bytes, MAX_RECORD_BYTES) as [number, Uint8Array];
  return { sequence, hash: Bytes32(toHex(hash)) };
};

/** Checks that the stored bytes are exactly the record that must follow `previous`. */
const decodeRecord = (previous: GuardBase, key: string, bytes: Uint8Array): GuardRecord => {
  const [inner] = decodeWire(bytes, MAX_RECORD_BYTES) as [Uint8Array];
  const [, duty, digest, atMs] = decodeWire(inner, MAX_RECORD_BYTES) as [number, Uint8Array, Uint8Array, number];
  const record = nextRecord(previous, new TextDecoder().decode(duty), Bytes32(toHex(digest)), atMs);
  const expected = recordWrite(record);
  if (expected.key !== key) throw guardCorrupt(`record ${record.sequence} is missing`);
  if (expected.value === undefined || Buffer.compare(expected.value, bytes) !== 0) {
    throw guardCorrupt(`record ${record.sequence} does not follow from the one before`);
  }
  return record;
};

export interface GuardLog {
  readonly base: GuardBase;
  readonly records: readonly GuardRecord[];
}

/** Reads and verifies the whole log. Throws GUARD_CORRUPT on a gap, a change or garbage; StoreError of the store. */
export const readGuardLog = async (store: Store): Promise<GuardLog> => {
  const stored = await store.get(BASE_KEY);
  const records: GuardRecord[] = [];
  try {
    const base = stored === undefined ? EMPTY_BASE : decodeBase(stored);
    let previous: GuardBase = base;
    for await (const [key, bytes] of store.list(LOG_PREFIX)) {
      const record = decodeRecord(previous, key, bytes);
      records.push(record);
      previous = record;
    }
    return { base, records };
  } catch (cause) {
    if (cause instanceof SigningGuardError || cause instanceof StoreError) throw cause;
    // Garbage breaks the decoders in many ways, and all of them mean the same.
    throw guardCorrupt('a record is unreadable', cause);
  }
};

/** Whether nothing was ever signed under this store. */
export const isGuardLogEmpty = async (store: Store): Promise<boolean> => {
  for await (const _ of store.list(STORE_PREFIXES.guard)) return false;
  return true;
};
