import * as AbiParameters from 'ox/AbiParameters';
import { ProtocolError } from '../errors.ts';
import { type WrongResult, wrongResultBps } from '../offense/penalty.ts';
import { keccak256 } from '../primitives/hash.ts';
import { type Address, type Bytes32, type Hex, ZERO_BYTES32 } from '../primitives/hex.ts';

/** Offenses that need a verdict, by their numbers on chain. */
export const OFFENSE_WRONG_RESULT: number = 5;
export const OFFENSE_WITHHELD_REVEAL: number = 6;
export const OFFENSE_DOWNTIME: number = 7;

/** `ISlasher.Verdict` of the contracts, field by field: what a settler has executed once the batch is final. */
export interface SlashRow {
  readonly operator: Address;
  /** OFFENSE_*. */
  readonly offense: number;
  /** The task; for downtime the first block of the day. */
  readonly evidence: Bytes32;
  /** Seats of the union that judged. */
  readonly seats: number;
  /** phi: share of all lots found wrong in 24 hours. 0 for downtime. */
  readonly foundWrongBps: number;
  readonly signedOverturned: boolean;
  /** Downtime: share of the day's duties missed. */
  readonly missBps: number;
  /** Zero: nobody in particular reported it, its share goes to the insurance pool. */
  readonly reporter: Address;
  /** Share a fifth of the slash: at most 31. */
  readonly judges: readonly Address[];
}

const PARAMETERS: AbiParameters.AbiParameters = AbiParameters.from([
  'struct Verdict { address operator; uint8 offense; bytes32 evidence; uint8 seats; uint16 foundWrongBps; bool signedOverturned; uint16 missBps; address reporter; address[] judges; }',
  'Verdict verdict',
] as readonly string[]) as unknown as AbiParameters.AbiParameters;

/** abi.encode of one row. */
export const abiEncodeSlashRow = (row: SlashRow): Hex =>
  AbiParameters.encode(PARAMETERS, [row] as never, { checksumAddress: false });

/** keccak256(keccak256(abi.encode(row))): hashed twice, so that no node of the tree can pass for a row. */
export const slashRowHash = (row: SlashRow): Bytes32 => keccak256(keccak256(abiEncodeSlashRow(row)));

const pairHash = (a: Bytes32, b: Bytes32): Bytes32 => (a < b ? keccak256(a, b) : keccak256(b, a));

/** Levels of the tree from its sorted leaves to its root. A node without a neighbour goes up as it is. */
const levelsOf = (rows: readonly SlashRow[]): readonly (readonly Bytes32[])[] => {
  const levels: Bytes32[][] = [rows.map(slashRowHash).sort()];
  for (let level = levels[0] ?? []; level.length > 1; level = levels.at(-1) ?? []) {
    levels.push(
      Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
        const [left, right] = [level[2 * i] as Bytes32, level[2 * i + 1]];
        return right === undefined ? left : pairHash(left, right);
      }),
    );
  }
  return levels;
};

/** `header.slashesRoot`: the tree that OpenZeppelin's MerkleProof checks, pairs sorted. Zero without rows. */
export const slashesRootOf = (rows: readonly SlashRow[]): Bytes32 => levelsOf(rows).at(-1)?.[0] ?? ZERO_BYTES32;

/** Neighbours of a row from the ground up, for Slasher.execute. Throws BAD_BATCH when it is none of the rows. */
export const slashProofOf = (rows: readonly SlashRow[], row: SlashRow): readonly Bytes32[] => {
  const levels = levelsOf(rows);
  let place = levels[0]?.indexOf(slashRowHash(row)) ?? -1;
  if (place < 0) throw new ProtocolError('BAD_BATCH', `${row.operator} has no such row: fold its batch first`);
  return levels.slice(0, -1).flatMap((level) => {
    const neighbour = level[place ^ 1];
    place >>= 1;
    return neighbour ?? [];
  });
};

/** Share of the stake that a row for a wrong or withheld result costs: what Slasher reckons (I12). */
export const slashRowBps = (row: SlashRow, recentSlashCount: WrongResult['recentSlashCount']): number =>
  wrongResultBps({ recentSlashCount, foundWrongBps: row.foundWrongBps, isOverturnedSigner: row.signedOverturned });
