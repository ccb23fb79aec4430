import type { Snapshot } from '../operators/snapshot.ts';
import { isDrawable } from '../operators/weight.ts';
import type { Address, Bytes32 } from '../primitives/hex.ts';
import { MAX_LOCKED_SEATS } from '../wire/limits.ts';
import { type CommitteeSeat, drawCommittee } from './draw.ts';

/** A certificate holds 31 signatures: 31 of 44 equal seats are the largest committee that 31 can carry (70.5 %). */
export const MAX_UNION_SEATS: number = MAX_LOCKED_SEATS;

/**
 * Cumulative sizes of the rounds: n0, 3 n0 + 1, 7 n0 + 4, each at most `maxSeats` (also the pool: whoever may still be
 * drawn) and MAX_UNION_SEATS. A round that would seat nobody new does not take place.
 */
export const roundSizes = (redundancy: number, maxSeats: number = MAX_UNION_SEATS): readonly number[] => {
  const cap = Math.max(redundancy, Math.min(maxSeats, MAX_UNION_SEATS));
  const sizes = [redundancy, 3 * redundancy + 1, 7 * redundancy + 4].map((size) => Math.min(size, cap));
  return sizes.filter((size, round) => round === 0 || size > (sizes[round - 1] ?? 0));
};

/**
 * b_r: the block whose hash seeds round `round`, b_0 + r * roundBlocks. A fixed slot, unknown while the round before runs:
 * nobody has to agree on when a dispute was opened.
 */
export const roundSeedBlockOf = (seedBlock: bigint, round: number, roundBlocks: number): bigint =>
  seedBlock + BigInt(round) * BigInt(roundBlocks);

export interface LaterDrawInput {
  /** `seedOf` this round, with the hash of its own block. */
  readonly seed: Bytes32;
  readonly snapshot: Pick<Snapshot, 'rows'>;
  /** 1 or more. */
  readonly round: number;
  /** Seats of round 0. */
  readonly redundancy: number;
  /** All seats of the rounds before, in order. */
  readonly earlier: readonly CommitteeSeat[];
  /** The requester and the model's provider. */
  readonly exclude: readonly Address[];
  readonly runtimeClass?: number | undefined;
}

/** How many of the snapshot may be drawn for a task at all. */
const poolSizeOf = ({ snapshot, exclude, runtimeClass }: LaterDrawInput): number =>
  snapshot.rows.filter(
    (row) =>
      isDrawable(row) &&
      !exclude.includes(row.operator) &&
      (runtimeClass === undefined || row.runtimeClass === runtimeClass),
  ).length;

/**
 * The fresh seats of a later round, whose numbers go on after the earlier ones: the draw of this round's seed (j from 0)
 * over everyone who has no seat yet. Undefined when the round does not take place: it is past the last, or nobody is left.
 */
export const drawLaterSeats = (input: LaterDrawInput): readonly CommitteeSeat[] | undefined => {
  const { seed, snapshot, round, redundancy, earlier, exclude, runtimeClass } = input;
  const size = roundSizes(redundancy, poolSizeOf(input))[round];
  if (size === undefined || size <= earlier.length) return undefined;
  return drawCommittee({
    seed,
    snapshot,
    redundancy: size - earlier.length,
    exclude: [...exclude, ...earlier.map(({ operator }) => operator)],
    runtimeClass,
  });
};
