import type { NetworkParams } from '@mlb/protocol';
import type { Chain } from './chain/chain.ts';
import type { Transaction } from './chain/ledger.ts';
import type { TraceDigest } from './digest.ts';
import type { EventQueue } from './event-queue.ts';
import type { DrawBook } from './node/draw-book.ts';
import type { Node } from './node/node.ts';
import type { Journal } from './oracle/journal.ts';
import type { Plan } from './plan/plan.ts';
import type { Universe } from './universe.ts';

/** Something due at a moment. That of a node is dropped when the node has died since. */
export interface Due {
  readonly label: string;
  readonly node: Node | undefined;
  readonly life: number;
  readonly run: () => void;
}

/** A rule broken on purpose, where the protocol meets the world: the oracles must see each of them. */
export type Mutation =
  /** The shell signs a second body of a duty as willingly as the first. */
  | 'no-guard'
  /** Operator 0 votes for two locks. */
  | 'locks-twice'
  /** Tasks that nobody can decide are never given up. */
  | 'drops-refund'
  /** A certificate goes to the batcher at once, whoever objects. */
  | 'ignores-disputes'
  /** Neither nodes nor the chain remember nonces. */
  | 'forgets-nonces';

/** Everything of one run. Mutable, and seen by nobody outside of it. */
export interface World {
  readonly plan: Plan;
  readonly universe: Universe;
  readonly params: NetworkParams;
  readonly chain: Chain;
  readonly queue: EventQueue<Due>;
  readonly nodes: Node[];
  readonly draws: DrawBook;
  readonly journal: Journal;
  readonly digest: TraceDigest;
  readonly mutation: Mutation | undefined;
  /** The plan's, to look up. */
  readonly suppressed: ReadonlySet<string>;
  /** Lines of the trace, kept only when somebody will read them. */
  readonly lines: string[] | undefined;
  /** Encoded leaves by the digest that names them: what Helia holds. */
  readonly blobs: Map<string, { readonly bytes: Uint8Array; readonly holder: number }>;
  /** Batches with enough attestations, by header digest: whoever posts one posts the same. */
  readonly posts: Map<string, Transaction>;
  nowMs: number;
  eventCount: number;
}

export const after = (world: World, delayMs: number, due: Omit<Due, 'life'>): void =>
  world.queue.push(world.nowMs + Math.max(0, delayMs), { ...due, life: due.node?.life ?? 0 });

/** One line of what happened. Part of the digest, so it must not name anything that differs between equal runs. */
export const note = (world: World, line: string): void => {
  world.digest.add(`${world.nowMs} ${line}`);
  world.lines?.push(`${(world.nowMs / 1000).toFixed(3)} ${line}`);
};
