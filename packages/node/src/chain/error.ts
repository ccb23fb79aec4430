/** Closed: metric labels. */
export type ChainErrorCode =
  /** The L2's RPC does not answer, or answers nonsense. Passing: callers try again. */
  | 'CHAIN_UNREACHABLE'
  /** The RPC serves another chain than the deployment's. */
  | 'WRONG_CHAIN'
  /** Asked for the head before the first block was indexed. */
  | 'NOT_SYNCED'
  /** A log of our contracts that our ABIs do not explain: another version is deployed. */
  | 'UNKNOWN_LOG'
  /** An observer of the chain threw: what follows from the chain may be half applied. */
  | 'OBSERVER_FAILED'
  /** The journal or the index on disk cannot be read. */
  | 'BAD_RECORD'
  /** A call that the contract would refuse. */
  | 'CALL_REVERTED'
  /** A transaction that was mined, but failed, or that lost its nonce. */
  | 'TRANSACTION_FAILED';

/** What the chain or its RPC did wrong: what happened, why, and what to do. */
export class ChainError extends Error {
  readonly code: ChainErrorCode;

  constructor(code: ChainErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ChainError';
    this.code = code;
  }
}
