import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Bytes32, fromHex, sha256, toHex, ZERO_BYTES32 } from '@mlb/protocol';
import { guardCorrupt } from './signing-guard-error.ts';

/** How far the guard's log had come when something was last signed. */
export interface HighWaterMark {
  readonly sequence: number;
  /** Chain hash of that record. */
  readonly hash: Bytes32;
}

/** Kept outside the database, so that a database which lost its end cannot pass for a whole one. */
export interface HighWater {
  readonly read: () => HighWaterMark;
  /** Durable when it resolves. */
  readonly write: (mark: HighWaterMark) => Promise<void>;
  readonly close: () => Promise<void>;
}

const EMPTY_MARK: HighWaterMark = { sequence: 0, hash: ZERO_BYTES32 };

/** Two slots on different disk sectors, written in turn: a torn write leaves the other one whole. */
const SLOT_DISTANCE_BYTES = 4096;
const SLOT_BYTES = 8 + 32 + 32;

const encodeSlot = ({ sequence, hash }: HighWaterMark): Uint8Array => {
  const bytes = new Uint8Array(SLOT_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(sequence));
  bytes.set(fromHex(hash), 8);
  bytes.set(fromHex(sha256(bytes.subarray(0, 40))), 40);
  return bytes;
};

const decodeSlot = (bytes: Uint8Array): HighWaterMark | undefined => {
  if (bytes.length < SLOT_BYTES || sha256(bytes.subarray(0, 40)) !== toHex(bytes.subarray(40, SLOT_BYTES)))
    return undefined;
  const sequence = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return { sequence, hash: Bytes32(toHex(bytes.subarray(8, 40))) };
};

interface Slot {
  readonly slot: number;
  readonly mark: HighWaterMark;
}

/** The newest whole slot. */
const readNewest = async (file: FileHandle): Promise<Slot | undefined> => {
  const bytes = new Uint8Array(SLOT_DISTANCE_BYTES + SLOT_BYTES);
  await file.read(bytes, 0, bytes.length, 0);
  const marks = [decodeSlot(bytes.subarray(0, SLOT_BYTES)), decodeSlot(bytes.subarray(SLOT_DISTANCE_BYTES))];
  const slots = marks.flatMap((mark, slot) => (mark === undefined ? [] : [{ slot, mark }]));
  return slots.toSorted((a, b) => b.mark.sequence - a.mark.sequence)[0];
};

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r+');
  } catch (cause) {
    if (isMissing(cause)) throw guardCorrupt(`its high-water file ${path} is missing`, cause);
    throw cause;
  }
};

/** A new file is only real when its directory entry is on disk too. */
const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** For `mlb init`. Fails if the file exists: a history is never overwritten. */
export const createHighWaterFile = async (path: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.write(encodeSlot(EMPTY_MARK), 0, SLOT_BYTES, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
};

/** Throws GUARD_CORRUPT when the file is missing or neither slot is whole. */
export const openHighWaterFile = async (path: string): Promise<HighWater> => {
  const file = await openFile(path);
  const found = await readNewest(file);
  if (found === undefined) {
    await file.close();
    throw guardCorrupt(`its high-water file ${path} is unreadable`);
  }
  let mark: HighWaterMark = found.mark;
  let nextSlot = found.slot === 0 ? 1 : 0;
  return {
    read: () => mark,
    write: async (next) => {
      await file.write(encodeSlot(next), 0, SLOT_BYTES, nextSlot * SLOT_DISTANCE_BYTES);
      await file.datasync();
      nextSlot = 1 - nextSlot;
      mark = next;
    },
    close: () => file.close(),
  };
};

/** For tests: survives reopening the guard, not the process. */
export const createMemoryHighWater = (): HighWater => {
  let mark = EMPTY_MARK;
  return {
    read: () => mark,
    write: async (next) => {
      mark = next;
    },
    close: async () => undefined,
  };
};
