import { ProtocolError } from '../errors.ts';
import type { Bytes32 } from '../primitives/hex.ts';
import {
  type ReputationRow,
  type ReputationTable,
  reputationCommitment,
  reputationRowHash,
} from '../reputation/table.ts';
import { createMerkleTree, merkleRoot } from './merkle.ts';

/** What `header.reputationRoot` is of a table: keccak tree of its rows, bound to their count. */
export const reputationRootOf = (table: ReputationTable): Bytes32 =>
  reputationCommitment(table.length, merkleRoot(table.map(reputationRowHash)));

/** One row of the table behind a `header.reputationRoot`, for whoever writes it back to the OperatorRegistry. */
export interface ReputationProof {
  readonly row: ReputationRow;
  /** Its place in the table. */
  readonly index: number;
  readonly rowCount: number;
  /** Root of the tree of all rows: `reputationCommitment(rowCount, root)` is the header's. */
  readonly root: Bytes32;
  /** Neighbours of the row from the ground up; the bits of `index` say on which side. */
  readonly proof: readonly Bytes32[];
}

/** Throws BAD_BATCH for an operator that never had a settled duty. */
export const reputationProofOf = (table: ReputationTable, operatorIndex: number): ReputationProof => {
  const index = table.findIndex((row) => row.operatorIndex === operatorIndex);
  const row = table[index];
  if (row === undefined) {
    throw new ProtocolError('BAD_BATCH', `operator ${operatorIndex} has no row: it never had a settled duty`);
  }
  const tree = createMerkleTree(table.map(reputationRowHash));
  return { row, index, rowCount: table.length, root: tree.root, proof: tree.proof(index) };
};
