import type { BatchLeaf, CommittedLeaf } from '../batch/leaf.ts';
import { leafHashOf } from '../batch/leaf-hash.ts';
import { merkleProof } from '../batch/merkle.ts';
import { ProtocolError } from '../errors.ts';
import type { BatchHeader } from '../message/batch.ts';
import type { Certificate, SeatSignature } from '../message/certificate.ts';
import type { Signed } from '../message/signed.ts';
import type { TaskOrder } from '../message/task-order.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { Address, BlockHash, Bytes32, ModelId, TaskId } from '../primitives/hex.ts';

/** Version of the receipt's JSON. */
export const RECEIPT_SCHEMA: string = 'mlb.receipt/2';

/** The model's record as it stood in the ModelRegistry. */
export interface ReceiptModel {
  readonly modelId: ModelId;
  readonly provider: Address;
  readonly name: string;
  readonly cid: string;
  readonly engine: string;
  /** Of the model's bytes. */
  readonly sha256: Bytes32;
  readonly sizeBytes: number;
  readonly priceWei: bigint;
  readonly computeUnits: number;
  /** 0 exact, 1 tolerance. */
  readonly mode: number;
  readonly atolE9: bigint;
  readonly rtolE9: bigint;
}

/** Where the task was settled. */
export interface ReceiptSettlement {
  readonly header: BatchHeader;
  readonly leafIndex: number;
  /** As it stands in the batch: its certificate may have fewer or more signers than the receipt's. */
  readonly leaf: CommittedLeaf;
  /** From the leaf to `header.leavesRoot`. */
  readonly proof: readonly Bytes32[];
  /** Hash of the L2 transaction that posted the batch. */
  readonly transaction: Bytes32;
}

/** A block whose hash seeds a draw. */
export interface SeedBlock {
  readonly number: bigint;
  readonly hash: BlockHash;
}

/** Everything a third party needs to check one result without a node (see verifyReceipt for what it cannot see). */
export interface Receipt {
  readonly chainId: number;
  readonly settlementContract: Address;
  readonly order: Signed<TaskOrder>;
  /** Canonical bytes of an inline input; undefined when the requester keeps them or they are behind a CID. */
  readonly input: Uint8Array | undefined;
  readonly model: ReceiptModel;
  /** Of round 0. */
  readonly seedBlock: SeedBlock;
  /** Of rounds 1 and on, up to the certificate's. */
  readonly laterSeedBlocks: readonly SeedBlock[];
  /** The operators of the order's epoch. */
  readonly snapshot: Snapshot;
  /** Of any round. */
  readonly certificate: Certificate;
  /** By drawn seats of round 0 that passed to a substitute, ascending by seat. */
  readonly declines: readonly SeatSignature[];
  /** Opens the gossiped result digest. */
  readonly blind: Bytes32;
  /** Canonical bytes of the agreed output. */
  readonly output: Uint8Array;
  /** Undefined while the task is agreed but not settled. */
  readonly settlement: ReceiptSettlement | undefined;
}

/** The part of a receipt that a posted batch adds. Throws BAD_RECEIPT when the task is not among the leaves. */
export const receiptSettlementOf = ({
  header,
  leaves,
  taskId,
  transaction,
}: {
  readonly header: BatchHeader;
  readonly leaves: readonly BatchLeaf[];
  readonly taskId: TaskId;
  readonly transaction: Bytes32;
}): ReceiptSettlement => {
  const leafIndex = leaves.findIndex(({ certificate }) => certificate.statement.taskId === taskId);
  const settled = leaves[leafIndex];
  if (settled === undefined) {
    throw new ProtocolError('BAD_RECEIPT', `task ${taskId} is not in batch ${header.index}: look for its batch first`);
  }
  const { order, certificate, declines, committee, ledgerRows } = settled;
  const leaf: CommittedLeaf = { order, certificate, declines, committee, ledgerRows };
  return { header, leafIndex, leaf, proof: merkleProof(leaves.map(leafHashOf), leafIndex), transaction };
};
