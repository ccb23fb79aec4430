import { ProtocolError } from '../errors.ts';
import type { BatchHeader } from '../message/batch.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import type { DutyOutcome } from '../reputation/score.ts';
import {
  applyDuties,
  dayOfSlot,
  type ReputationTable,
  reputationCommitment,
  reputationRowHash,
  type SettledDuty,
} from '../reputation/table.ts';
import type { BatchLeaf } from './leaf.ts';
import { merkleRoot } from './merkle.ts';

/** What `header.reputationRoot` is of a table: keccak tree of its rows, bound to their count. */
export const reputationRootOf = (table: ReputationTable): Bytes32 =>
  reputationCommitment(table.length, merkleRoot(table.map(reputationRowHash)));

type SeatedLeaf = Pick<BatchLeaf, 'certificate' | 'committee'>;

/**
 * What a leaf of round 0 says about its seats: who signed the certificate was good, every other one missed. It cannot say
 * more: whether a locked seat lied or withheld is for a verdict to find, and no leaf of round 0 has one. Seat order.
 */
export const outcomesOfLeaf = ({ certificate, committee }: SeatedLeaf): readonly DutyOutcome[] => {
  const signers = new Set(certificate.signatures.map(({ seat }) => seat));
  return committee.map((_, seat) => (signers.has(seat) ? 'good' : 'miss'));
};

const dutiesOfLeaf = (leaf: SeatedLeaf, snapshot: Pick<Snapshot, 'rows'>): readonly SettledDuty[] =>
  outcomesOfLeaf(leaf).map((outcome, seat) => {
    const row = snapshot.rows[leaf.committee[seat] ?? -1];
    if (row === undefined) {
      throw new ProtocolError('BAD_BATCH', `seat ${seat} of a leaf names no row of its epoch: verify the batch first`);
    }
    return { operatorIndex: row.operatorIndex, outcome };
  });

export interface ReputationBatch {
  readonly header: Pick<BatchHeader, 'slot'>;
  readonly leaves: readonly SeatedLeaf[];
}

export interface ReputationSource {
  readonly slotsPerDay: bigint;
  /** Snapshot of an epoch: a leaf's committee are rows of the one its statement names. */
  readonly snapshot: (epoch: bigint) => Pick<Snapshot, 'rows'> | undefined;
}

/**
 * The table after one verified batch: nothing but batches and snapshots goes in, so anybody can recompute it (I11).
 * Throws BAD_BATCH on a leaf whose epoch or row is unknown, which no verified batch has.
 */
export const applyBatchToReputation = (
  table: ReputationTable,
  { header, leaves }: ReputationBatch,
  { slotsPerDay, snapshot }: ReputationSource,
): ReputationTable => {
  const duties = leaves.flatMap((leaf) => {
    const { epoch } = leaf.certificate.statement;
    const sealed = snapshot(epoch);
    if (sealed === undefined)
      throw new ProtocolError('BAD_BATCH', `epoch ${epoch} of a leaf is unknown: index it first`);
    return dutiesOfLeaf(leaf, sealed);
  });
  return applyDuties(table, { day: dayOfSlot(header.slot, slotsPerDay), duties });
};
