import { BATCH_HEADER, type BatchHeader } from '../message/batch.ts';
import { type Domain, digestOf } from '../message/domain.ts';
import { movementsOfCharge, type PayoutEntry } from '../pricing/payout.ts';
import { keccak256, sha256 } from '../primitives/hash.ts';
import { type Bytes32, ZERO_BYTES32 } from '../primitives/hex.ts';
import { deltasOf, encodeDeltas } from './deltas.ts';
import { type BatchLeaf, encodeLeaves } from './leaf.ts';
import { leafHashOf } from './leaf-hash.ts';
import { ledgerOf, ledgerRootOf } from './ledger.ts';
import { merkleRoot } from './merkle.ts';
import { encodeNullifiers, nullifiersOf } from './nullifiers.ts';
import type { CheckedTask } from './task.ts';

/** Where a batch stands: everything of its header that its tasks do not determine. */
export type BatchPlace = Pick<BatchHeader, 'index' | 'prevHash' | 'epoch' | 'slot' | 'baseFee'>;

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
 * The one batch of these tasks at this place, whatever order they come in. `batcher` is the Escrow account of the slot's
 * proposer. Throws BAD_BATCH when two tasks share a requester's nonce.
 */
export const assembleBatch = (
  place: BatchPlace,
  { tasks, batcher }: { readonly tasks: readonly CheckedTask[]; readonly batcher: number },
): Batch => {
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
  const header: BatchHeader = {
    ...place,
    leafCount: leaves.length,
    leavesRoot: merkleRoot(leaves.map(leafHashOf)),
    ledgerRoot: ledgerRootOf(ledger),
    deltasHash: keccak256(deltas),
    nullifiersHash: keccak256(nullifiers),
    // Room for the Slasher and for reputation: nothing is settled through them yet.
    slashesRoot: ZERO_BYTES32,
    reputationRoot: ZERO_BYTES32,
    treasuryUnits: sumOf(sorted, ({ charge }) => charge.treasuryUnits),
    burnUnits: sumOf(sorted, ({ charge }) => charge.burnUnits),
    dataCidDigest: sha256(data),
  };
  return { header, leaves, deltas, nullifiers, data };
};
