import { BATCH_HEADER, type BatchHeader } from '../message/batch.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { movementsOfCharge, type PayoutEntry } from '../pricing/payout.ts';
import { keccak256, sha256 } from '../primitives/hash.ts';
import { type Bytes32, ZERO_BYTES32 } from '../primitives/hex.ts';
import { deltasOf, encodeDeltas } from './deltas.ts';
import { foldBatch } from './fold.ts';
import type { FoldSource, SettlementFold } from './fold-state.ts';
import { type BatchLeaf, encodeLeaves } from './leaf.ts';
import { leafHashOf } from './leaf-hash.ts';
import { ledgerOf, ledgerRootOf } from './ledger.ts';
import { merkleRoot } from './merkle.ts';
import { encodeNullifiers, nullifiersOf } from './nullifiers.ts';
import { reputationRootOf } from './reputation.ts';
import { slashesRootOf } from './slash-row.ts';
import type { CheckedTask } from './task.ts';

/** Where a batch stands: everything of its header that its tasks and those before them do not determine. */
export type BatchPlace = Pick<BatchHeader, 'index' | 'prevHash' | 'epoch' | 'slot' | 'baseFee'>;

/** The fold up to the batch before. Without one the roots are zero. */
export interface FoldBefore {
  readonly state: SettlementFold;
  readonly source: FoldSource;
}

export interface AssembleInput {
  readonly tasks: readonly CheckedTask[];
  /** Escrow account of the slot's proposer. */
  readonly batcher: number;
  readonly fold?: FoldBefore | undefined;
}

export interface Batch {
  readonly header: BatchHeader;
  readonly leaves: readonly BatchLeaf[];
  /** 13-byte rows for Escrow.applyDeltas. */
  readonly deltas: Uint8Array;
  /** 40-byte rows. */
  readonly nullifiers: Uint8Array;
  /** Encoded leaves; `header.dataCidDigest` is their sha256, the digest of their raw CIDv1. */
  readonly data: Uint8Array;
}

/** What attesters sign and Settlement checks: the EIP-712 digest of the header. */
export const headerDigestOf = (domain: Domain, header: BatchHeader): Bytes32 => digestOf(domain, BATCH_HEADER, header);

/** The movements of a task once the batcher is known. */
export const movementsOf = ({ charge, accounts }: CheckedTask, batcher: number): readonly PayoutEntry[] =>
  movementsOfCharge(charge, { ...accounts, batcher });

const sumOf = (tasks: readonly CheckedTask[], pick: (task: CheckedTask) => bigint): bigint =>
  tasks.reduce((sum, task) => sum + pick(task), 0n);

/**
 * The one batch of these tasks at this place, whatever order they come in. Throws BAD_BATCH when two tasks share a
 * requester's nonce, or the fold is not of the batch before.
 */
export const assembleBatch = (place: BatchPlace, { tasks, batcher, fold }: AssembleInput): Batch => {
  const sorted = tasks.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
  const ledger = ledgerOf(sorted.map((task) => movementsOf(task, batcher)));
  const leaves = sorted.map(
    ({ task, committee }, i): BatchLeaf => ({
      order: task.order,
      certificate: task.certificate,
      declines: task.declines,
      audit: task.audit,
      verdict: task.verdict,
      committee,
      ledgerRows: ledger.rowsByLeaf[i] ?? [],
    }),
  );
  const deltas = encodeDeltas(deltasOf(ledger));
  const nonces = sorted.map(({ task, accounts }) => ({ account: accounts.requester, nonce: task.order.body.nonce }));
  const nullifiers = encodeNullifiers(nullifiersOf(nonces));
  const data = encodeLeaves(leaves);
  const after = fold && foldBatch(fold.state, { header: place, leaves }, fold.source);
  const header: BatchHeader = {
    ...place,
    leafCount: leaves.length,
    leavesRoot: merkleRoot(leaves.map(leafHashOf)),
    ledgerRoot: ledgerRootOf(ledger),
    deltasHash: keccak256(deltas),
    nullifiersHash: keccak256(nullifiers),
    slashesRoot: after === undefined ? ZERO_BYTES32 : slashesRootOf(after.slashes),
    reputationRoot: after === undefined ? ZERO_BYTES32 : reputationRootOf(after.reputation),
    treasuryUnits: sumOf(sorted, ({ charge }) => charge.treasuryUnits),
    burnUnits: sumOf(sorted, ({ charge }) => charge.burnUnits),
    dataCidDigest: sha256(data),
  };
  return { header, leaves, deltas, nullifiers, data };
};
