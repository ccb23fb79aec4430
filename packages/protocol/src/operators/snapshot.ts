import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { keccak256 } from '../primitives/hash.ts';
import { type Address, type Bytes32, fromHex } from '../primitives/hex.ts';

export const ROLE_MODEL: number = 1;
export const ROLE_COMPUTE: number = 2;
export const ROLE_VERIFIER: number = 4;

/** How an operator executes. */
export const RUNTIME_FAST: number = 0;
export const RUNTIME_STRICT: number = 1;

/** One operator in one epoch. The row's place in the snapshot is what bitmaps and batches name. */
export interface OperatorRow {
  /** Index in the OperatorRegistry: ascending over the rows. */
  readonly operatorIndex: number;
  readonly operator: Address;
  readonly sessionKey: Address;
  /** Ed25519 public key of the libp2p identity (32 bytes), or undefined when its binding signature is false: it cannot be reached. */
  readonly peerKey: Bytes32 | undefined;
  /** Active stake in whole MLB, at most MAX_LOTS lots count. */
  readonly stakeMlb: number;
  /** 1000..10000. */
  readonly reputationBps: number;
  readonly runtimeClass: number;
  /** Bits ROLE_*. */
  readonly roles: number;
}

/** One sealed epoch: exactly the rows of the chain's code chunk, in its order. */
export interface Snapshot {
  readonly epoch: bigint;
  /** L2 block of the EpochSealed event: the epoch holds for orders anchored at or after it, up to the next seal. */
  readonly sealedAtBlock: bigint;
  readonly rows: readonly OperatorRow[];
}

/** The registry seals no more: a chunk must fit contract code. The first rows by operator index are taken. */
export const MAX_SNAPSHOT_ROWS: number = 700;

/** Bytes of a row in the registry's code chunk. */
export const SNAPSHOT_ROW_BYTES: number = 32;

const rowBytes = (row: OperatorRow): Uint8Array =>
  concatBytes(
    fromHex(row.sessionKey),
    numberToBytesBE(row.stakeMlb, 4),
    numberToBytesBE(row.reputationBps, 2),
    Uint8Array.of(row.roles, row.runtimeClass),
    numberToBytesBE(row.operatorIndex, 4),
  );

/**
 * The registry's code chunk of an epoch, 32 bytes a row: sessionKey (20) | stakeMlb u32 | reputationBps u16 | roles u8 |
 * runtimeClass u8 | operatorIndex u32, big-endian.
 */
export const snapshotRowsBytes = ({ rows }: Pick<Snapshot, 'rows'>): Uint8Array => concatBytes(...rows.map(rowBytes));

/** What EpochSealed announces: keccak256 of the packed rows. */
export const snapshotRowsHash = (snapshot: Pick<Snapshot, 'rows'>): Bytes32 => keccak256(snapshotRowsBytes(snapshot));
