import { type BatchHeader, type Bytes32, decodeNullifiers } from '@mlb/protocol';
import type { BlockRef, ChainEvent } from '../port/chain.ts';
import type { UndoLog } from './undo.ts';

/** A batch on chain, with all that a fraud proof repeats of it. */
export interface PostedBatch {
  readonly index: bigint;
  readonly headerDigest: Bytes32;
  readonly certificateHash: Bytes32;
  readonly header: BatchHeader;
  /** 13-byte rows; empty for batches that nobody can revert any more. */
  readonly deltas: Uint8Array;
  /** 40-byte rows; as the deltas. */
  readonly nullifiers: Uint8Array;
  readonly transaction: Bytes32;
  readonly block: bigint;
  /** Of its block: the challenge window begins here. */
  readonly postedAtSec: bigint;
  /** A fraud was proven: its money is back, its index stays taken. */
  readonly isReverted: boolean;
  /** After a revert: its tasks can be settled again. */
  readonly areNoncesFreed: boolean;
  /** After a revert: signers that have paid, in the certificate's order. */
  readonly punishedSigners: number;
}

/** The batches of Settlement, the nonces they use up, and the base fee they set. */
export interface BatchBook {
  readonly get: (index: bigint) => PostedBatch | undefined;
  /** Ascending by index. */
  readonly all: () => readonly PostedBatch[];
  readonly last: () => PostedBatch | undefined;
  readonly baseFee: () => bigint;
  /** What Settlement was deployed with. */
  readonly initialBaseFee: () => bigint;
  readonly isNonceUsed: (account: number, nonce: bigint) => boolean;
  readonly apply: (event: ChainEvent, ref: BlockRef) => void;
}

type Posted = Extract<ChainEvent, { readonly type: 'batch-posted' }>;

/** Batches whose rows are kept: more than are posted within a challenge window. */
const KEPT_ROWS = 4096n;
const NO_ROWS = new Uint8Array(0);

const createNonceBook = (undo: UndoLog) => {
  const used = undo.map<string, bigint>();
  const change = (nullifiers: Uint8Array, next: (used: bigint, mask: bigint) => bigint): void => {
    for (const { account, word, mask } of decodeNullifiers(nullifiers)) {
      const key = `${account}/${word}`;
      used.set(key, next(used.get(key) ?? 0n, mask));
    }
  };
  return {
    spend: (nullifiers: Uint8Array): void => change(nullifiers, (before, mask) => before | mask),
    free: (nullifiers: Uint8Array): void => change(nullifiers, (before, mask) => before & ~mask),
    isUsed: (account: number, nonce: bigint): boolean =>
      (((used.get(`${account}/${nonce >> 8n}`) ?? 0n) >> (nonce & 0xffn)) & 1n) === 1n,
  };
};

export const createBatchBook = (undo: UndoLog): BatchBook => {
  const batches = undo.map<bigint, PostedBatch>();
  const lastIndex = undo.cell(0n);
  const baseFee = undo.cell(0n);
  const initialBaseFee = undo.cell(0n);
  const nonces = createNonceBook(undo);
  const update = (index: bigint, change: Partial<PostedBatch>): void => {
    const batch = batches.get(index);
    if (batch !== undefined) batches.set(index, { ...batch, ...change });
  };
  const post = ({ type: _, ...event }: Posted, ref: BlockRef): void => {
    const place = { block: ref.number, postedAtSec: ref.timestamp };
    batches.set(event.index, { ...event, ...place, isReverted: false, areNoncesFreed: false, punishedSigners: 0 });
    lastIndex.set(event.index);
    baseFee.set(event.header.baseFee);
    nonces.spend(event.nullifiers);
    update(event.index - KEPT_ROWS, { deltas: NO_ROWS, nullifiers: NO_ROWS });
  };
  const apply = (event: ChainEvent, ref: BlockRef): void => {
    switch (event.type) {
      case 'batch-posted':
        post(event, ref);
        break;
      case 'base-fee-set':
        baseFee.set(event.baseFee);
        initialBaseFee.set(event.baseFee);
        break;
      case 'item-settled':
        nonces.spend(event.nullifiers);
        break;
      case 'batch-reverted':
        update(event.index, { isReverted: true });
        break;
      case 'nonces-freed':
        nonces.free(event.nullifiers);
        update(event.index, { areNoncesFreed: true });
        break;
      case 'signers-slashed':
        update(event.index, { punishedSigners: event.punished });
        break;
    }
  };
  return {
    get: batches.get,
    all: () => [...batches.values()].sort((a, b) => Number(a.index - b.index)),
    last: () => batches.get(lastIndex.get()),
    baseFee: baseFee.get,
    initialBaseFee: initialBaseFee.get,
    isNonceUsed: nonces.isUsed,
    apply,
  };
};
