import { type Deployment, operatorRegistryAbi, slasherAbi } from '@mlb/contracts';
import {
  dayOfSlot,
  type FoldParams,
  type Hex,
  type ReputationRow,
  reputationOf,
  reputationProofOf,
  reputationRowWord,
  type SettlementFold,
  type SlashRow,
  slashProofOf,
  slashRowHash,
  Address as toAddress,
  toHex,
} from '@mlb/protocol';
import { encodeFunctionData } from 'viem';
import type { ChainView, PostedBatch } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { FoldKeeper } from './fold-keeper.ts';

export interface BringerDeps {
  readonly deployment: Deployment;
  readonly params: FoldParams;
  readonly challengeWindowSec: number;
  readonly state: ChainView;
  readonly fold: Pick<FoldKeeper, 'after' | 'idle'>;
  readonly tx: Pick<TxManager, 'send'>;
  readonly meter: Meter;
  readonly log: Log;
}

/** Brings what final batches found to the contracts that act on it. Anyone may; the roots in the headers are the authority. */
export interface Bringer {
  /** Verdicts to the Slasher, reputations to the OperatorRegistry. Call on each new head. */
  readonly bring: (signal: AbortSignal) => Promise<void>;
}

/** A reputation that moved less is not worth a transaction. */
const MIN_CHANGE_BPS = 100;
/** Batches that became final while nobody looked. */
const MAX_LOOK_BACK = 256n;

/** Slasher.execute of a row of the batch's slashesRoot. */
const executeData = ({ header, certificateHash }: PostedBatch, rows: readonly SlashRow[], row: SlashRow): Hex =>
  encodeFunctionData({
    abi: slasherAbi,
    functionName: 'execute',
    args: [row, { header, certificateHash, proof: slashProofOf(rows, row) }],
  });

/** OperatorRegistry.proveReputation of a row of the batch's reputationRoot. */
const reputationData = ({ header, certificateHash }: PostedBatch, fold: SettlementFold, row: ReputationRow): Hex => {
  const { index, rowCount, root, proof } = reputationProofOf(fold.reputation, row.operatorIndex);
  return encodeFunctionData({
    abi: operatorRegistryAbi,
    functionName: 'proveReputation',
    args: [
      { row: toHex(reputationRowWord(row)), index, rowCount, root },
      { header, certificateHash, proof },
    ],
  });
};

export const createBringer = (deps: BringerDeps): Bringer => {
  const { state, tx, log, meter } = deps;
  const { slasher, operatorRegistry } = deps.deployment.addresses;
  /** Done or refused in this life; the journal knows of those before. */
  const closed = new Set<string>();

  const send = async (key: string, to: string, data: Hex, signal: AbortSignal): Promise<boolean> => {
    if (closed.has(key)) return false;
    const outcome = await tx.send({ key, to: toAddress(to), data }, signal);
    if (outcome.type !== 'abandoned') closed.add(key);
    if (outcome.type === 'mined' && outcome.status === 'success') return true;
    log.info({ key, reason: outcome.type === 'mined' ? 'reverted' : outcome.reason }, 'the chain did not take it');
    return false;
  };

  const execute = async (posted: PostedBatch, { slashes }: SettlementFold, signal: AbortSignal): Promise<void> => {
    if (slasher === undefined) return;
    for (const row of slashes) {
      const key = `verdict:${slashRowHash(row)}`;
      if (!(await send(key, slasher, executeData(posted, slashes, row), signal))) continue;
      meter.count('mlb_slashes_total', { kind: `offense-${row.offense}` });
      log.warn({ operator: row.operator, offense: row.offense, index: posted.index }, 'a verdict was executed');
    }
  };

  const rate = async (posted: PostedBatch, fold: SettlementFold, signal: AbortSignal): Promise<void> => {
    const day = dayOfSlot(posted.header.slot, deps.params.slotsPerDay);
    for (const row of fold.reputation) {
      const known = state.latestSnapshot()?.rows.find(({ operatorIndex }) => operatorIndex === row.operatorIndex);
      const bps = reputationOf(fold.reputation, row.operatorIndex, day);
      if (known === undefined || Math.abs(known.reputationBps - bps) < MIN_CHANGE_BPS) continue;
      const key = `reputation:${row.operatorIndex}:${posted.index}:${posted.headerDigest.slice(2, 18)}`;
      if (await send(key, operatorRegistry, reputationData(posted, fold, row), signal)) {
        log.info({ operator: known.operator, reputationBps: bps }, 'reputation written back');
      }
    }
  };

  /** Standing batches past their window, oldest first. */
  const finals = (): readonly PostedBatch[] => {
    const nowSec = state.head()?.timestamp ?? 0n;
    const last = state.lastBatch().index;
    return state.batches().filter(({ index, isReverted, postedAtSec }) => {
      const isOver = nowSec >= postedAtSec + BigInt(deps.challengeWindowSec);
      return !isReverted && isOver && index + MAX_LOOK_BACK > last;
    });
  };

  /** Folds that were looked at, by header: their rows are closed. */
  const done = new Set<string>();
  return {
    bring: async (signal) => {
      await deps.fold.idle();
      const batches = finals();
      for (const posted of batches) {
        if (done.has(posted.headerDigest)) continue;
        const fold = await deps.fold.after(posted.index);
        if (fold === undefined) return;
        await execute(posted, fold, signal);
        // Only the latest standing counts: the registry takes no older one.
        if (posted === batches.at(-1)) await rate(posted, fold, signal);
        done.add(posted.headerDigest);
      }
    },
  };
};
