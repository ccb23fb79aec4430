import type { Address, Bytes32 } from '../primitives/hex.ts';

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
  /** Ed25519 public key of the libp2p identity (32 bytes), or undefined when its binding signature is false: never drawn. */
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
