import { keccak256 } from '../primitives/hash.ts';
import { type Bytes32, ZERO_BYTES32 } from '../primitives/hex.ts';

/** Levels of a tree of `count` leaves: the only length a proof in it may have. */
export const merkleDepth = (count: number): number => (count <= 1 ? 0 : Math.ceil(Math.log2(count)));

/** All levels from the leaves to the root; an absent right neighbour is the root of an empty subtree of its height. */
const levelsOf = (leaves: readonly Bytes32[]): readonly (readonly Bytes32[])[] => {
  const levels: (readonly Bytes32[])[] = [leaves];
  let empty: Bytes32 = ZERO_BYTES32;
  for (let level = 0; level < merkleDepth(leaves.length); level++) {
    const below = levels[level] ?? [];
    const filler = empty;
    levels.push(
      Array.from({ length: Math.ceil(below.length / 2) }, (_, i) =>
        keccak256(below[2 * i] ?? filler, below[2 * i + 1] ?? filler),
      ),
    );
    empty = keccak256(empty, empty);
  }
  return levels;
};

/** Root of an index-bound keccak tree, padded with zeros to a power of two; zero for no leaves. */
export const merkleRoot = (leaves: readonly Bytes32[]): Bytes32 => levelsOf(leaves).at(-1)?.[0] ?? ZERO_BYTES32;

/** One tree, hashed once, for many proofs. */
export interface MerkleTree {
  readonly root: Bytes32;
  /** Neighbours of leaf `index` from the ground up. */
  readonly proof: (index: number) => readonly Bytes32[];
}

export const createMerkleTree = (leaves: readonly Bytes32[]): MerkleTree => {
  const levels = levelsOf(leaves);
  return {
    root: levels.at(-1)?.[0] ?? ZERO_BYTES32,
    proof: (index) => {
      let empty: Bytes32 = ZERO_BYTES32;
      return levels.slice(0, -1).map((level, height) => {
        const neighbour = level[(index >> height) ^ 1] ?? empty;
        empty = keccak256(empty, empty);
        return neighbour;
      });
    },
  };
};

/** Neighbours of leaf `index` from the ground up. */
export const merkleProof = (leaves: readonly Bytes32[], index: number): readonly Bytes32[] =>
  createMerkleTree(leaves).proof(index);

/** The root a proof leads to. The bits of `index` say which side each neighbour is on, so a leaf cannot be moved. */
export const merkleRootOfProof = ({
  leaf,
  index,
  proof,
}: {
  readonly leaf: Bytes32;
  readonly index: number;
  readonly proof: readonly Bytes32[];
}): Bytes32 =>
  proof.reduce<Bytes32>(
    (node, neighbour, height) =>
      ((index >> height) & 1) === 0 ? keccak256(node, neighbour) : keccak256(neighbour, node),
    leaf,
  );
