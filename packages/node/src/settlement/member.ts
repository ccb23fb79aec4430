import { type BatchProposal, type Evidence, encodeEvidence, type Secp256k1, slotOf } from '@mlb/protocol';
import type { ChainObserver } from '../port/chain.ts';
import type { Content } from '../port/content.ts';
import type { Gossip } from '../port/gossip.ts';
import type { Log } from '../port/log.ts';
import type { Meter } from '../port/meter.ts';
import type { Signer } from '../port/signer.ts';
import { createAttester } from './attester.ts';
import { type Background, createBackground } from './background.ts';
import { listenToBatches } from './batch-gossip.ts';
import { createBatchPool, type PoolNews } from './batch-pool.ts';
import { createProposer } from './proposer.ts';
import type { SettlementContext, TaskSource } from './view.ts';

export interface SettlementMemberDeps extends SettlementContext {
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly source: TaskSource;
  readonly content: Pick<Content, 'add' | 'get'>;
  readonly gossip: Gossip;
  /** Undefined: a daemon that is no operator; it only relays what is good. */
  readonly signer: Signer | undefined;
  readonly meter: Meter;
  readonly log: Log;
}

/** A daemon's part in settlement. Subscribe it to the indexer after the chain state. */
export interface SettlementMember extends ChainObserver {
  /** Resolves when nothing runs any more. */
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Proposals that wait for their parent, their data or our view of the chain. */
const MAX_WAITING = 32;
/** After so many slots a proposal is not worth a signature any more: another took its place. */
const MAX_AGE_SLOTS = 8n;

interface Duties {
  readonly take: (proposal: BatchProposal) => void;
  /** A new head: tries again what had to wait, and proposes if it is our turn. */
  readonly onHead: () => void;
}

const NO_DUTIES: Duties = { take: () => undefined, onHead: () => undefined };

/** What an operator does; `tell` hears own messages, which gossip does not bring back. */
const createDuties = (
  deps: SettlementMemberDeps & { readonly signer: Signer },
  {
    pool,
    background,
    tell,
  }: {
    readonly pool: ReturnType<typeof createBatchPool>;
    readonly background: Background;
    readonly tell: (news: PoolNews) => void;
  },
): Duties => {
  const waiting = new Map<string, BatchProposal>();
  const attester = createAttester({ ...deps, onAttestation: (own) => tell(pool.addAttestation(own)) });
  const proposer = createProposer({ ...deps, pool, onProposal: (own) => tell(pool.addProposal(own)) });
  const keyOf = ({ header, proposer: row }: BatchProposal): string => `${header.index}/${header.slot}/${row}`;

  const attest = (proposal: BatchProposal): void =>
    background.run(`attest ${keyOf(proposal)}`, async (signal) => {
      // It stays waiting when an attempt throws: the data may be fetched on the next block.
      if ((await attester.attest(proposal, signal)) === 'done') waiting.delete(keyOf(proposal));
    });
  const isOver = ({ header }: BatchProposal, slot: bigint): boolean =>
    header.index <= deps.state.lastBatch().index || header.slot + MAX_AGE_SLOTS < slot;

  return {
    take: (proposal) => {
      const [oldest] = waiting.keys();
      if (waiting.size >= MAX_WAITING && oldest !== undefined) waiting.delete(oldest);
      waiting.set(keyOf(proposal), proposal);
      attest(proposal);
    },
    onHead: () => {
      const slot = slotOf(deps.state.head()?.number ?? 0n, deps.params.batchSlotBlocks);
      for (const [key, proposal] of waiting) {
        if (isOver(proposal, slot)) waiting.delete(key);
        else attest(proposal);
      }
      background.run('propose', proposer.propose);
    },
  };
};

export const createSettlementMember = (deps: SettlementMemberDeps): SettlementMember => {
  const pool = createBatchPool(deps);
  const background = createBackground(deps.log);
  const accuse = (evidence: Evidence): void => {
    deps.meter.count('mlb_evidence_total', { kind: evidence.kind });
    deps.log.warn({ operator: evidence.operator }, 'an operator signed two batches of one index and slot');
    background.run(`accuse ${evidence.operator}`, () => deps.gossip.publish('evidence', encodeEvidence(evidence)));
  };
  const tell = ({ evidence, certified }: PoolNews): void => {
    if (evidence !== undefined) accuse(evidence);
    if (certified !== undefined) deps.meter.count('mlb_settlement_batches_total', { status: 'certified' });
  };
  const { signer } = deps;
  const duties = signer === undefined ? NO_DUTIES : createDuties({ ...deps, signer }, { pool, background, tell });
  listenToBatches({
    ...deps,
    pool,
    onProposal: (proposal) => {
      tell(pool.addProposal(proposal));
      duties.take(proposal);
    },
    onAttestation: (attestation) => tell(pool.addAttestation(attestation)),
  });
  return {
    apply: () => undefined,
    rollback: () => undefined,
    // Nothing is awaited: the indexer must not wait for peers.
    atHead: () => {
      pool.prune(deps.state.lastBatch().index);
      duties.onHead();
    },
    idle: background.idle,
    stop: background.stop,
  };
};
