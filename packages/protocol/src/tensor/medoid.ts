import type { Bytes32 } from '../primitives/hex.ts';
import { distanceOf, type Tolerance } from './distance.ts';
import type { Tensor } from './tensor.ts';

/** One revealed output. */
export interface Candidate {
  readonly seat: number;
  readonly weight: bigint;
  readonly resultHash: Bytes32;
  readonly tensors: readonly Tensor[];
}

/** The canonical value: the output of `seat`, the lowest of those that revealed exactly it. */
export interface Medoid {
  readonly seat: number;
  readonly resultHash: Bytes32;
  /** Seats within one tolerance, ascending. */
  readonly supporters: readonly number[];
}

const byHash = (a: Candidate, b: Candidate): number => {
  if (a.resultHash === b.resultHash) return a.seat - b.seat;
  return a.resultHash < b.resultHash ? -1 : 1;
};

/**
 * The threshold-feasible weighted medoid (protocol.md section 4): among the outputs whose supporters (distance <= 1)
 * satisfy `isQuorum`, the one that minimises the sum of weight * min(distance, 2), ties to the smallest resultHash;
 * undefined when none is feasible. Every peer with the same candidates, in any order, gets the same (I6): costs are
 * summed in the order of the hashes. Weights below 2^53 are exact.
 */
export const medoidOf = ({
  candidates,
  tolerance,
  isQuorum,
}: {
  readonly candidates: readonly Candidate[];
  readonly tolerance: Tolerance;
  readonly isQuorum: (seats: readonly number[]) => boolean;
}): Medoid | undefined => {
  const sorted = candidates.toSorted(byHash);
  let best: (Medoid & { readonly cost: number }) | undefined;
  for (const centre of sorted) {
    if (centre.resultHash === best?.resultHash) continue;
    const distances = sorted.map(({ tensors }) => distanceOf(centre.tensors, tensors, tolerance));
    const supporters = sorted
      .filter((_, i) => (distances[i] ?? 2) <= 1)
      .map(({ seat }) => seat)
      .sort((a, b) => a - b);
    if (!isQuorum(supporters)) continue;
    const cost = sorted.reduce((sum, { weight }, i) => sum + Number(weight) * (distances[i] ?? 2), 0);
    if (best === undefined || cost < best.cost) {
      best = { seat: centre.seat, resultHash: centre.resultHash, supporters, cost };
    }
  }
  return best && { seat: best.seat, resultHash: best.resultHash, supporters: best.supporters };
};
