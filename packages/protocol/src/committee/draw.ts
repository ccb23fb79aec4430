import { numberToBytesBE } from '@noble/curves/utils.js';
import type { OperatorRow, Snapshot } from '../operators/snapshot.ts';
import { isDrawable, lotsOf, seatWeight } from '../operators/weight.ts';
import { keccak256 } from '../primitives/hash.ts';
import type { Address, Bytes32 } from '../primitives/hex.ts';
import type { Seat } from '../quorum/seat.ts';

/** One drawn seat. Its number is its place in the committee. */
export interface CommitteeSeat extends Seat {
  /** Row in the snapshot it was drawn from. */
  readonly row: number;
}

export interface DrawInput {
  readonly seed: Bytes32;
  readonly snapshot: Pick<Snapshot, 'rows'>;
  /** Seats to draw. */
  readonly redundancy: number;
  /** Never drawn: the requester and the model's provider. */
  readonly exclude: readonly Address[];
  /** Only operators of this runtime class. */
  readonly runtimeClass?: number | undefined;
}

interface Lot {
  readonly index: number;
  readonly row: OperatorRow;
  readonly lots: number;
}

const poolOf = ({ snapshot, exclude, runtimeClass }: DrawInput): Lot[] =>
  snapshot.rows
    .map((row, index) => ({ index, row, lots: lotsOf(row) }))
    .filter(
      ({ row }) =>
        isDrawable(row) &&
        !exclude.includes(row.operator) &&
        (runtimeClass === undefined || row.runtimeClass === runtimeClass),
    );

/** Place in the pool whose running sum of lots first exceeds `x`. */
const pick = (pool: readonly Lot[], x: number): number => {
  let sum = 0;
  return pool.findIndex(({ lots }) => {
    sum += lots;
    return x < sum;
  });
};

/**
 * The committee, in seat order: for j = 0, 1, ... x = uint256(keccak256(seed, uint32 j)) mod the lots left, walk the running
 * sums in row order, take that operator with all its lots. Depends on nothing that load or a requester can move after the
 * seed. Undefined when fewer than `redundancy` operators may be drawn.
 */
export const drawCommittee = (input: DrawInput): readonly CommitteeSeat[] | undefined => {
  const pool = poolOf(input);
  if (pool.length < input.redundancy) return undefined;
  let lotsLeft = pool.reduce((sum, { lots }) => sum + lots, 0);
  return Array.from({ length: input.redundancy }, (_, j) => {
    const x = Number(BigInt(keccak256(input.seed, numberToBytesBE(j, 4))) % BigInt(lotsLeft));
    const [taken] = pool.splice(pick(pool, x), 1) as [Lot];
    lotsLeft -= taken.lots;
    const { operator, sessionKey } = taken.row;
    return { row: taken.index, operator, sessionKey, weight: seatWeight(taken.row) };
  });
};
