import {
  type BatchFaultCode,
  type BatchLeaf,
  batcherOf,
  checkTask,
  type Fraud,
  type FraudCall,
  findFraud,
  fraudCallOf,
  isConvictable,
  type JudgedLeaf,
  type JudgeLeaf,
  type LedgerRow,
  leafHashOf,
  ledgerOf,
  ledgerRootOf,
  merkleRoot,
  movementsOf,
  openBatch,
  type Secp256k1,
  type SettlementView,
} from '@mlb/protocol';
import type { PostedBatch } from '../chain/state.ts';

export interface AuditDeps {
  /** Of the head of now; what depends on when a batch was posted is taken from the batch. Undefined: no epoch yet. */
  readonly view: () => SettlementView | undefined;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  /** LeafProofs': how much later than a deadline a batch may be posted. */
  readonly lateGraceSec: bigint;
}

/** What a posted batch is, by its leaves and our own view of the chain. */
export type BatchAudit =
  | { readonly type: 'sound' }
  | { readonly type: 'fraud'; readonly fraud: Fraud; readonly call: FraudCall }
  /** The header's roots are not those of the published leaves: what they are of has to be asked for. */
  | { readonly type: 'hidden'; readonly part: 'leaf' | 'row' }
  /** Our own lag could explain it: look again. */
  | { readonly type: 'unsure'; readonly reason: string };

const isSameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * The view a posted leaf is judged in: at the time of the post, at the header's base fee, and by the rules that a contract
 * can check. Whether a task was disputed, audited or seen in time was for its attesters to know.
 */
const judgingView = (view: SettlementView, posted: PostedBatch, lateGraceSec: bigint): SettlementView => {
  // Without it audits are not asked for.
  const { auditLagBlocks: _, ...rest } = view;
  return {
    ...rest,
    baseFee: posted.header.baseFee,
    nowSec: posted.postedAtSec > lateGraceSec ? posted.postedAtSec - lateGraceSec : 0n,
    isNonceUsed: () => false,
    isTimely: () => true,
    isDisputed: () => false,
    hasVerdict: () => false,
  };
};

/** What an audit or a verdict could be blamed for moves no money: the leaf is judged without them. */
const withoutOpinions = (leaf: BatchLeaf): BatchLeaf => ({ ...leaf, audit: undefined, verdict: undefined });

const createJudge = (deps: AuditDeps, posted: PostedBatch): JudgeLeaf | undefined => {
  const now = deps.view();
  const batcher = now && batcherOf(now, posted.header.epoch, posted.header.slot);
  if (now === undefined || batcher === undefined) return undefined;
  const check = { view: judgingView(now, posted, deps.lateGraceSec), secp256k1: deps.secp256k1 };
  return (leaf) => {
    const checked = checkTask(check, withoutOpinions(leaf));
    if (typeof checked === 'string') return checked;
    if (!isSameList(leaf.committee, checked.committee)) return 'WRONG_COMMITTEE';
    return { account: checked.accounts.requester, movements: movementsOf(checked, batcher) };
  };
};

/** What each leaf moves; undefined when one of them cannot be judged by us now. */
export const judgePosted = (
  deps: AuditDeps,
  posted: PostedBatch,
  leaves: readonly BatchLeaf[],
): readonly JudgedLeaf[] | undefined => {
  const judge = createJudge(deps, posted);
  const judged = judge === undefined ? [] : leaves.map(judge).filter((verdict) => typeof verdict !== 'string');
  return judged.length === leaves.length ? judged : undefined;
};

/** A leaf that breaks a rule by itself. */
const leafFault = (
  leaves: readonly BatchLeaf[],
  verdicts: readonly (JudgedLeaf | BatchFaultCode)[],
): BatchAudit | undefined => {
  const leaf = verdicts.findIndex((verdict) => typeof verdict === 'string');
  const code = verdicts[leaf];
  if (typeof code !== 'string') return undefined;
  if (!isConvictable(code)) return { type: 'unsure', reason: code };
  const fraud: Fraud = { type: 'invalid-leaf', leaf, code };
  return { type: 'fraud', fraud, call: fraudCallOf(fraud, openBatch({ leaves, rows: [] }), new Uint8Array(0)) };
};

/** Judges a posted batch by these leaves, and makes the call that convicts it. */
export const auditPosted = (deps: AuditDeps, posted: PostedBatch, leaves: readonly BatchLeaf[]): BatchAudit => {
  const { header, deltas, nullifiers } = posted;
  const isWhole = leaves.length === header.leafCount && merkleRoot(leaves.map(leafHashOf)) === header.leavesRoot;
  if (!isWhole) return { type: 'hidden', part: 'leaf' };
  const judge = createJudge(deps, posted);
  if (judge === undefined) return { type: 'unsure', reason: 'UNKNOWN_EPOCH' };
  const verdicts = leaves.map(judge);
  const fault = leafFault(leaves, verdicts);
  if (fault !== undefined) return fault;
  const { rows } = ledgerOf(verdicts.flatMap((verdict) => (typeof verdict === 'string' ? [] : [verdict.movements])));
  if (ledgerRootOf({ rows }) !== header.ledgerRoot) return { type: 'hidden', part: 'row' };
  const known = (leaf: BatchLeaf): JudgedLeaf | BatchFaultCode => verdicts[leaves.indexOf(leaf)] ?? 'MALFORMED';
  const fraud = findFraud({ header, leaves, rows, deltas, nullifiers }, known);
  if (fraud === undefined) return { type: 'sound' };
  return { type: 'fraud', fraud, call: fraudCallOf(fraud, openBatch({ leaves, rows }), nullifiers) };
};

/** The ledger that the rules make of these leaves; undefined when the header commits to another, or we cannot tell. */
export const ruledRows = (
  deps: AuditDeps,
  posted: PostedBatch,
  leaves: readonly BatchLeaf[],
): readonly LedgerRow[] | undefined => {
  const judged = judgePosted(deps, posted, leaves);
  const rows = judged && ledgerOf(judged.map(({ movements }) => movements)).rows;
  return rows !== undefined && ledgerRootOf({ rows }) === posted.header.ledgerRoot ? rows : undefined;
};
