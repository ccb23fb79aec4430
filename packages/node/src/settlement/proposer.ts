import {
  type Batch,
  type BatchProposal,
  buildBatch,
  drawProposer,
  encodeBatchProposal,
  keccak256,
  type Secp256k1,
  type SettledTask,
  type Snapshot,
  slotOf,
} from '@mlb/protocol';
import { numberToHex } from 'viem';
import type { Content } from '../port/content.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Log } from '../port/log.ts';
import type { Signer } from '../port/signer.ts';
import type { BatchPool } from './batch-pool.ts';
import { type SettlementContext, settlementViewOf, type TaskSource } from './view.ts';

export interface ProposerDeps extends SettlementContext {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly source: TaskSource;
  readonly pool: BatchPool;
  readonly content: Pick<Content, 'add'>;
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly signer: Signer;
  readonly log: Log;
  /** Own messages do not come back from gossip. */
  readonly onProposal: (proposal: BatchProposal) => void;
}

export interface Proposer {
  /** Call on each new head: proposes at most once a slot, when it is this operator's turn and there is something to settle. */
  readonly propose: (signal: AbortSignal) => Promise<void>;
}

/** Slots a proposal has for its certificate to reach the chain, before the index is proposed again. */
const GRACE_SLOTS = 2n;
/** Then one task in sixteen is proposed. */
const MAX_HALVINGS = 4;
/** A task this near its deadline would be expired for those who check it last. */
const DEADLINE_MARGIN_SEC = 5n;

/** Our row, if the slot is ours. */
const ownTurn = (deps: ProposerDeps, snapshot: Snapshot, slot: bigint): number | undefined => {
  const row = drawProposer({ domain: deps.domain, snapshot, slot });
  return row !== undefined && snapshot.rows[row]?.sessionKey === deps.signer.sessionKey ? row : undefined;
};

/**
 * Fewer tasks with every batch of this index that found no certificate: a task that 30 % of the attesters refuse (they saw
 * its order too late, say) must not hold up the others. Half of them at the second try, a quarter at the third, drawn
 * anew each slot, so that the others get through and the refused one runs into its deadline alone.
 */
export const thinOut = (tasks: readonly SettledTask[], failedTries: number, slot: bigint): readonly SettledTask[] => {
  const share = 1 << Math.min(failedTries, MAX_HALVINGS);
  const lotOf = ({ order }: SettledTask): number =>
    Number(BigInt(keccak256(order.signature, numberToHex(slot, { size: 8 }))) & 0xffffn);
  const drawn = tasks.filter((task) => lotOf(task) % share === 0);
  return drawn.length > 0 ? drawn : tasks.toSorted((a, b) => lotOf(a) - lotOf(b)).slice(0, 1);
};

const publish = async (deps: ProposerDeps, batch: Batch, row: number, signal: AbortSignal): Promise<void> => {
  // Data first: attesters ask for it as soon as they see the proposal.
  await deps.content.add(batch.data, signal);
  const { signature } = await deps.signer.signBatchHeader(batch.header);
  const { header, deltas, nullifiers } = batch;
  const proposal: BatchProposal = { header, deltas, nullifiers, proposer: row, signature };
  deps.onProposal(proposal);
  await deps.gossip.publish('batch-proposal', encodeBatchProposal(proposal));
  deps.log.info({ index: header.index, slot: header.slot, leaves: header.leafCount }, 'batch proposed');
};

export const createProposer = (deps: ProposerDeps): Proposer => {
  let doneSlot = -1n;
  return {
    propose: async (signal) => {
      await deps.fold?.idle();
      const head = deps.state.head();
      const snapshot = deps.state.latestSnapshot();
      const view = settlementViewOf(deps, deps.source);
      if (head === undefined || snapshot === undefined || view === undefined) return;
      const slot = slotOf(head.number, deps.params.batchSlotBlocks);
      // At most one header a slot, and after a restart the signing guard refuses a second one.
      if (slot <= doneSlot || deps.pool.isProposedSince(view.lastIndex + 1n, slot - GRACE_SLOTS)) return;
      const row = ownTurn(deps, snapshot, slot);
      if (row === undefined) return;
      const tasks = thinOut(deps.source.settleable(), deps.pool.proposalCount(view.lastIndex + 1n), slot);
      if (tasks.length === 0) return;
      const early = { ...view, nowSec: view.nowSec + DEADLINE_MARGIN_SEC };
      const { batch, refused } = buildBatch({ view: early, secp256k1: deps.secp256k1, slot, tasks });
      for (const { taskId, code } of refused) deps.log.debug({ taskId, code }, 'task left out of the batch');
      if (batch === undefined) return;
      doneSlot = slot;
      await publish(deps, batch, row, signal);
    },
  };
};
