import type { Deployment } from '@mlb/contracts';
import { type Secp256k1, Address as toAddress } from '@mlb/protocol';
import type { PublicClient } from 'viem';
import type { PostedBatch } from '../chain/state.ts';
import type { TxManager } from '../chain/tx-manager.ts';
import type { ChainObserver } from '../port/chain.ts';
import type { Content } from '../port/content.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { Store } from '../port/store.ts';
import { cleanUp } from './aftermath.ts';
import { ruledRows } from './audit-batch.ts';
import { createBackground } from './background.ts';
import { type Finding, type InspectorDeps, inspectBatch } from './batch-inspector.ts';
import { fraudData } from './challenge-data.ts';
import { type Challenger, createChallenger } from './challenger.ts';
import { createPostedData } from './posted-data.ts';
import { createShownData } from './shown-data.ts';
import { type SettlementContext, settlementViewOf } from './view.ts';
import { createWatcherTx } from './watcher-tx.ts';

/** Numbers of the deployed proofs (`readProofTerms`). */
export interface ProofTerms {
  readonly lateGraceSec: bigint;
  readonly bondWei: bigint;
}

export interface WatcherDeps extends SettlementContext {
  readonly deployment: Deployment;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly content: Pick<Content, 'get'>;
  readonly store: Store;
  readonly client: Pick<PublicClient, 'getTransaction'>;
  readonly challengeWindowSec: number;
  /** Asked until the L2 answers. */
  readonly terms: () => Promise<ProofTerms>;
  /** Undefined: it only tells. */
  readonly tx: Pick<TxManager, 'address' | 'send'> | undefined;
  readonly meter: Meter;
  readonly log: Log;
}

/** Audits every posted batch; one honest one is enough to stop a wrong batch. Subscribe it after the chain state. */
export interface Watcher extends ChainObserver {
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Reverted batches further back have been cleaned up long ago. */
const MAX_LOOK_BACK = 64n;
/** Share of the window that data has to reach us before it is asked for on chain. */
const PATIENCE_DIVISOR = 10n;
/**
 * And at least so long, whatever the window: silence convicts everyone who signed, and a slow network is no crime. A devnet's
 * window of seconds is over by then.
 */
const MIN_PATIENCE_SEC = 30n;
const TRUSTING = {
  isTimely: () => true,
  isDisputed: () => false,
  isSettleable: () => true,
  heardAfterAuditBlock: () => false,
  hasVerdict: () => false,
};

interface Hands {
  readonly challenger: Challenger | undefined;
  readonly prove: (
    posted: PostedBatch,
    finding: Extract<Finding, { type: 'fraud' }>,
    signal: AbortSignal,
  ) => Promise<void>;
  /** True: nothing is left to be done. */
  readonly cleanUp: (posted: PostedBatch, signal: AbortSignal) => Promise<boolean>;
  readonly forget: () => void;
}

const createHands = (
  deps: WatcherDeps & { readonly tx: Pick<TxManager, 'address' | 'send'> },
  { inspector, bondWei }: { readonly inspector: InspectorDeps; readonly bondWei: bigint },
): Hands => {
  const { addresses } = deps.deployment;
  const { send, forgetRefusals } = createWatcherTx(deps);
  const settlement = toAddress(addresses.settlement);
  const challenger =
    addresses.dataChallenges === undefined
      ? undefined
      : createChallenger({
          ...{ ...deps, send, contract: toAddress(addresses.dataChallenges), bondWei },
          ...{ account: deps.tx.address, data: inspector.data },
          ledgerRowsOf: (posted, leaves) => ruledRows(inspector, posted, leaves),
        });
  return {
    challenger,
    prove: async (posted, { name, call }, signal) => {
      const contract = addresses[call.contract];
      if (contract === undefined) return;
      await send(posted, { action: 'prove', name, to: toAddress(contract), data: fraudData(posted, call) }, signal);
    },
    cleanUp: async (posted, signal) => {
      const isDone = await cleanUp({ settlement, client: deps.client, send }, posted, signal);
      await challenger?.reclaim(posted, signal);
      return isDone;
    },
    forget: forgetRefusals,
  };
};

interface Parts {
  readonly inspector: InspectorDeps;
  readonly hands: Hands | undefined;
}

const createParts = async (deps: WatcherDeps): Promise<Parts> => {
  const { lateGraceSec, bondWei } = await deps.terms();
  const inspector: InspectorDeps = {
    ...{ secp256k1: deps.secp256k1, lateGraceSec },
    view: () => settlementViewOf(deps, TRUSTING),
    data: createPostedData(deps),
    shown: createShownData(deps),
  };
  const { tx } = deps;
  return { inspector, hands: tx === undefined ? undefined : createHands({ ...deps, tx }, { inspector, bondWei }) };
};

export const createWatcher = (deps: WatcherDeps): Watcher => {
  const { state, log, meter } = deps;
  const background = createBackground(log);
  let parts: Promise<Parts> | undefined;
  const ready = async (): Promise<Parts> => {
    parts ??= createParts(deps);
    try {
      return await parts;
    } catch (error) {
      parts = undefined;
      throw error;
    }
  };
  /** What was told of each batch, by its digest. */
  const told = new Map<string, Finding['type']>();
  const windowSec = BigInt(deps.challengeWindowSec);
  const share = windowSec / PATIENCE_DIVISOR;
  const patienceSec = share > MIN_PATIENCE_SEC ? share : MIN_PATIENCE_SEC;

  const tell = ({ index, headerDigest }: PostedBatch, finding: Finding): void => {
    if (told.get(headerDigest) === finding.type) return;
    told.set(headerDigest, finding.type);
    meter.count('mlb_watched_batches_total', { finding: finding.type });
    if (finding.type === 'fraud') log.error({ index, fraud: finding.name }, 'a posted batch is wrong');
    if (finding.type === 'hidden') log.warn({ index, part: finding.part }, 'a posted batch hides data');
    if (finding.type === 'unsure') log.debug({ index, reason: finding.reason }, 'a posted batch cannot be judged yet');
  };

  const inspect = async (posted: PostedBatch, signal: AbortSignal): Promise<void> => {
    const { inspector, hands } = await ready();
    const nowSec = state.head()?.timestamp ?? 0n;
    await hands?.challenger?.tend(posted, signal);
    if (told.get(posted.headerDigest) === 'sound') return;
    const finding = await inspectBatch(inspector, posted, signal);
    const isMissing = finding.type === 'hidden' && !finding.isShown;
    if (isMissing && nowSec < posted.postedAtSec + patienceSec) return;
    tell(posted, finding);
    if (finding.type === 'fraud') await hands?.prove(posted, finding, signal);
    if (finding.type === 'hidden') await hands?.challenger?.ask(posted, finding.part, finding.places, signal);
  };

  /** Reverted batches that nothing is left to be done about, by their digests; a reorg may undo it. */
  const cleaned = new Set<string>();
  const cleanUpAfter = async (posted: PostedBatch, signal: AbortSignal): Promise<void> => {
    if (cleaned.has(posted.headerDigest)) return;
    const { hands } = await ready();
    if ((await hands?.cleanUp(posted, signal)) === true) cleaned.add(posted.headerDigest);
  };

  /** Newest first: those whose window is open, and those that fell. */
  const watched = (): readonly PostedBatch[] => {
    const nowSec = state.head()?.timestamp ?? 0n;
    const last = state.lastBatch().index;
    const batches: PostedBatch[] = [];
    for (let index = last; index > 0n && index + MAX_LOOK_BACK > last; index -= 1n) {
      const posted = state.batch(index);
      if (posted === undefined) break;
      if (posted.isReverted || nowSec < posted.postedAtSec + windowSec) batches.push(posted);
    }
    return batches;
  };

  return {
    apply: () => undefined,
    rollback: async () => {
      cleaned.clear();
      (await parts?.catch(() => undefined))?.hands?.forget();
    },
    atHead: () => {
      for (const posted of watched()) {
        const look = posted.isReverted ? cleanUpAfter : inspect;
        background.run(`watch ${posted.headerDigest}`, (signal) => look(posted, signal));
      }
    },
    idle: background.idle,
    stop: background.stop,
  };
};
