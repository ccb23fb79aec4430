import type { Address, Bytes32, Hex } from '@mlb/protocol';

/** One signed form of a transaction. Attempts of one entry share its nonce: at most one of them is ever mined. */
export interface Attempt {
  readonly hash: Bytes32;
  readonly raw: Hex;
  readonly maxFeeWei: bigint;
  readonly tipWei: bigint;
}

/** How a logical transaction ended. */
export type TxOutcome =
  | {
      readonly type: 'mined';
      readonly status: 'success' | 'reverted';
      readonly hash: Bytes32;
      readonly blockNumber: bigint;
      readonly gasUsed: bigint;
      readonly feeWei: bigint;
    }
  /** The contract would refuse it: nothing was sent. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Its nonce went to a transaction that is not ours: another program sends from this account. */
  | { readonly type: 'abandoned'; readonly reason: string };

/** A logical transaction in the journal. */
export interface TxEntry {
  /** What makes it one: the same key is never sent under two nonces at once. */
  readonly key: string;
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gas: bigint;
  readonly nonce: number;
  readonly attempts: readonly Attempt[];
  readonly outcome: TxOutcome | undefined;
}

/** What this process knows of an entry besides the journal; a restart begins with `NEW_TRACE`. */
export interface Trace {
  /** Undefined: not sent by this process, or fallen out of the chain or the pool: send at once. */
  readonly sentAtMs: number | undefined;
  readonly wasIncluded: boolean;
  /** The node wants more than the last attempt pays: the same bytes again are pointless. */
  readonly isUnderpriced: boolean;
  readonly nonceTakenCount: number;
}

export const NEW_TRACE: Trace = { sentAtMs: undefined, wasIncluded: false, isUnderpriced: false, nonceTakenCount: 0 };

/** What the chain shows of an entry. */
export interface Observation {
  readonly nowMs: number;
  /** A receipt of any attempt in a block that is canonical now; depth 1 = in the head. */
  readonly inclusion: { readonly outcome: TxOutcome; readonly depth: bigint } | undefined;
  /** The account's transaction count at `latest`. */
  readonly accountNonce: number;
  /** Whether the node still knows the last attempt. */
  readonly isInPool: boolean;
}

export interface SendPolicy {
  /** Blocks, the including one counted, after which a receipt is believed. */
  readonly confirmations: bigint;
  readonly bumpAfterMs: number;
}

export type SendStep =
  | { readonly type: 'wait' }
  | { readonly type: 'finish'; readonly outcome: TxOutcome }
  /** The same bytes again. */
  | { readonly type: 'rebroadcast' }
  /** Same nonce, higher fee. */
  | { readonly type: 'bump' };

/** Like the OP Stack's txmgr: three looks, because a lagging RPC may show the nonce before the receipt. */
const MAX_NONCE_TAKEN = 3;

/** The nonce was seen to be taken once more: after the third time the entry is given up. */
export const countNonceTaken = (entry: TxEntry, trace: Trace): readonly [SendStep, Trace] => {
  const nonceTakenCount = trace.nonceTakenCount + 1;
  const next: Trace = { ...trace, nonceTakenCount };
  if (nonceTakenCount < MAX_NONCE_TAKEN) return [{ type: 'wait' }, next];
  const reason = `nonce ${entry.nonce} was used by another transaction than ${entry.key}. Let one program at a time send from this account, then try again.`;
  return [{ type: 'finish', outcome: { type: 'abandoned', reason } }, next];
};

/** What to do about an entry now. Pure: `step` of the sender. */
export const nextSendStep = (
  entry: TxEntry,
  trace: Trace,
  seen: Observation,
  policy: SendPolicy,
): readonly [SendStep, Trace] => {
  if (seen.inclusion !== undefined) {
    const next: Trace = { ...trace, wasIncluded: true, nonceTakenCount: 0 };
    const isDeep = seen.inclusion.depth >= policy.confirmations;
    return [isDeep ? { type: 'finish', outcome: seen.inclusion.outcome } : { type: 'wait' }, next];
  }
  if (seen.accountNonce > entry.nonce) return countNonceTaken(entry, trace);
  const sent: Trace = { ...trace, wasIncluded: false, isUnderpriced: false, sentAtMs: seen.nowMs };
  if (trace.isUnderpriced) return [{ type: 'bump' }, sent];
  // After a restart, a reorg, or out of the pool: it may never have been on the wire, or is not any more.
  if (trace.sentAtMs === undefined || trace.wasIncluded || !seen.isInPool) return [{ type: 'rebroadcast' }, sent];
  if (seen.nowMs - trace.sentAtMs >= policy.bumpAfterMs) return [{ type: 'bump' }, sent];
  return [{ type: 'wait' }, trace];
};

/** Nodes refuse replacements below +10 %; 13 leaves room for rounding. */
const BUMP_PERCENT = 13n;
const raised = (wei: bigint): bigint => wei + (wei * BUMP_PERCENT) / 100n + 1n;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export interface Fees {
  readonly maxFeeWei: bigint;
  readonly tipWei: bigint;
}

/**
 * Fees of the next attempt: the estimate, at least 13 % over the attempt before, never over the cap. Undefined: the cap
 * leaves no room for a replacement that a node would take.
 */
export const nextFees = (estimate: Fees, previous: Fees | undefined, capWei: bigint): Fees | undefined => {
  if (previous === undefined) {
    const maxFeeWei = min(estimate.maxFeeWei, capWei);
    return { maxFeeWei, tipWei: min(estimate.tipWei, maxFeeWei) };
  }
  const maxFeeWei = max(estimate.maxFeeWei, raised(previous.maxFeeWei));
  const tipWei = max(estimate.tipWei, raised(previous.tipWei));
  if (raised(previous.maxFeeWei) > capWei || raised(previous.tipWei) > capWei) return undefined;
  return { maxFeeWei: min(maxFeeWei, capWei), tipWei: min(tipWei, min(maxFeeWei, capWei)) };
};
