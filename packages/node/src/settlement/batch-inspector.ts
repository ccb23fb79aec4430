import type { BatchLeaf, FraudCall } from '@mlb/protocol';
import type { PostedBatch } from '../chain/state.ts';
import type { BatchPart } from '../port/chain.ts';
import { type AuditDeps, auditPosted, judgePosted } from './audit-batch.ts';
import { searchLedger } from './ledger-search.ts';
import type { PostedData } from './posted-data.ts';
import type { ShownData } from './shown-data.ts';

/** What a posted batch turned out to be. */
export type Finding =
  | { readonly type: 'sound' }
  | { readonly type: 'fraud'; readonly name: string; readonly call: FraudCall }
  /** Nobody shows it, or what is shown is not what the header commits to: these places are to be asked for. */
  | {
      readonly type: 'hidden';
      readonly part: BatchPart;
      readonly places: readonly number[];
      /** Something was shown, and it is not what the header commits to. False: nobody shows anything, which may pass. */
      readonly isShown: boolean;
    }
  | { readonly type: 'unsure'; readonly reason: string };

export interface InspectorDeps extends AuditDeps {
  readonly data: PostedData;
  readonly shown: ShownData;
}

/** Every leaf, in the order in which they are asked for. */
const placesOf = ({ header }: PostedBatch): readonly number[] => Array.from({ length: header.leafCount }, (_, i) => i);

const hiddenRows = async (deps: InspectorDeps, posted: PostedBatch, leaves: readonly BatchLeaf[]): Promise<Finding> => {
  const judged = judgePosted(deps, posted, leaves);
  if (judged === undefined) return { type: 'unsure', reason: 'UNKNOWN_EPOCH' };
  const found = searchLedger({ posted, leaves, judged, shown: await deps.shown.ledgerOf(posted) });
  return found.type === 'ask' ? { type: 'hidden', part: 'row', places: found.places, isShown: true } : found;
};

/** Looks at a posted batch: its published leaves, or those that answers on chain have shown. */
export const inspectBatch = async (deps: InspectorDeps, posted: PostedBatch, signal: AbortSignal): Promise<Finding> => {
  const published = await deps.data.leavesOf(posted.header, signal);
  for (const leaves of [published, await deps.shown.leavesOf(posted)]) {
    const audit = leaves === undefined ? undefined : auditPosted(deps, posted, leaves);
    if (leaves === undefined || audit === undefined || (audit.type === 'hidden' && audit.part === 'leaf')) continue;
    if (audit.type === 'hidden') return hiddenRows(deps, posted, leaves);
    return audit.type === 'fraud' ? { type: 'fraud', name: audit.fraud.type, call: audit.call } : audit;
  }
  return { type: 'hidden', part: 'leaf', places: placesOf(posted), isShown: published !== undefined };
};
