import { MAINNET_PARAMS, type NetworkParams, type Secp256k1 } from '@mlb/protocol';
import { BLOCK_MS, type Branch, createChain } from './chain/chain.ts';
import { createLedger, type Ledger, type Rules } from './chain/ledger.ts';
import { createTraceDigest } from './digest.ts';
import { createEventQueue } from './event-queue.ts';
import { fakeSecp256k1 } from './fake-secp256k1.ts';
import { lot } from './network/network.ts';
import { CrashError } from './node/crash.ts';
import { createDrawBook, type DrawBook } from './node/draw-book.ts';
import { seeHead } from './node/head.ts';
import { emptyDisk, emptyMemory, type Node } from './node/node.ts';
import { resumeOrders } from './node/orders.ts';
import { createJournal, type Journal } from './oracle/journal.ts';
import { placeOrder } from './order.ts';
import { faultsOf } from './plan/fault.ts';
import { type Plan, strategyOf } from './plan/plan.ts';
import { strategyNamed } from './strategy/catalogue.ts';
import { createUniverse, EPOCH, REQUESTERS, type Universe } from './universe.ts';
import { after, type Due, type Mutation, note, type World } from './world.ts';

export interface RunOptions {
  /** Fake signatures unless given. */
  readonly secp256k1?: Secp256k1;
  readonly params?: NetworkParams;
  readonly mutation?: Mutation | undefined;
  /** Who is drawn, instead of the draws of the protocol: for committees of a given make-up. Nothing of it can settle. */
  readonly draws?: (universe: Universe) => DrawBook;
  /** Keeps the lines of the trace. */
  readonly isTraced?: boolean;
}

/** A run that has ended, and everything that was seen of it. */
export interface Outcome {
  readonly plan: Plan;
  readonly universe: Universe;
  readonly params: NetworkParams;
  readonly journal: Journal;
  /** Of the canonical chain at the end. */
  readonly ledger: Ledger;
  readonly genesis: Ledger;
  readonly nodes: readonly Node[];
  /** The canonical chain at the end. */
  readonly branch: Branch;
  /** What the contracts check, to fold the blocks again. */
  readonly rules: Rules;
  /** Equal for equal runs. */
  readonly traceHash: string;
  readonly lines: readonly string[];
  readonly eventCount: number;
  readonly virtualMs: number;
}

/** Twice the price of a task of five seats. */
const TASK_UNITS = 12_000_000n;
/** Blocks reach a peer within so much. */
const SIGHT_MS = 900;
const MAX_EVENTS = 3_000_000;

const createNodes = (plan: Plan, universe: Universe, chain: World['chain']): Node[] =>
  universe.operators.map((operator) => {
    const { index } = operator;
    const strategy = strategyOf(plan, index);
    const crashes = faultsOf(plan.faults, 'crash').filter(({ node }) => node === index);
    const skewMs = faultsOf(plan.faults, 'skew').find(({ node }) => node === index)?.skewMs ?? 0;
    return {
      ...{ index, operator, strategy, skewMs, crashes, life: 0, isUp: true, disk: emptyDisk(), said: new Set() },
      conduct: strategy === undefined ? {} : strategyNamed(strategy).conduct,
      memory: emptyMemory(chain.branch(), chain.head()),
      effectsUntilCrash: crashes[0]?.afterEffects ?? Number.POSITIVE_INFINITY,
    };
  });

const rulesOf = ({ domain, secp256k1, table }: Universe, mutation: Mutation | undefined): Rules => ({
  ...{ domain, secp256k1, isForgetful: mutation === 'forgets-nonces' },
  snapshot: (epoch) => (epoch === EPOCH ? table.latest : undefined),
});

const createWorld = (plan: Plan, options: RunOptions): World => {
  const { secp256k1 = fakeSecp256k1, params = MAINNET_PARAMS, mutation, draws, isTraced } = options;
  const universe = createUniverse({ secp256k1, operatorCount: plan.operatorCount, lots: plan.lots });
  const snapshot = universe.table.latest;
  if (snapshot === undefined) throw new Error('the universe has no sealed epoch');
  // All tasks of one requester and two more: whoever orders five times as many runs out.
  const escrowUnits = TASK_UNITS * BigInt(plan.orders.length + 2);
  const escrow = new Map(Array.from({ length: REQUESTERS }, (_, i) => [i + 1, escrowUnits]));
  const chain = createChain({ seed: plan.seed, rules: rulesOf(universe, mutation), genesis: createLedger(escrow) });
  return {
    ...{ plan, universe, params, chain, queue: createEventQueue<Due>(), nodes: createNodes(plan, universe, chain) },
    ...{
      draws: draws?.(universe) ?? createDrawBook(universe.domain, snapshot),
      journal: createJournal(),
      digest: createTraceDigest(),
    },
    ...{
      mutation,
      suppressed: new Set(plan.suppressed),
      lines: isTraced === true ? [] : undefined,
      blobs: new Map(),
      posts: new Map(),
    },
    ...{ nowMs: 0, eventCount: 0 },
  };
};

const mineForever = (world: World): void => {
  const block = world.chain.mine();
  note(world, `block ${block.number} ${block.hash.slice(2, 10)}`);
  for (const node of world.nodes) {
    const sightMs = SIGHT_MS * lot(world, `sight ${node.index} ${block.number}`) + Math.max(0, node.skewMs);
    after(world, Math.round(sightMs), { label: `head of ${node.index}`, node, run: () => seeHead(world, node) });
  }
  after(world, BLOCK_MS, { label: 'block', node: undefined, run: () => mineForever(world) });
};

const prepare = (world: World): void => {
  const at = (atMs: number, label: string, run: () => void): void =>
    world.queue.push(atMs, { label, node: undefined, life: 0, run });
  at(BLOCK_MS, 'block', () => mineForever(world));
  for (const order of world.plan.orders) at(order.atMs, `order ${order.id}`, () => placeOrder(world, order));
  for (const { atMs, depth } of faultsOf(world.plan.faults, 'reorg')) {
    at(atMs, 'reorg', () => {
      world.journal.reorgs += 1;
      note(world, `reorg of ${depth}`);
      world.chain.reorg(depth);
    });
  }
};

const restart = (world: World, node: Node): void => {
  node.isUp = true;
  note(world, `peer ${node.index} is back`);
  node.memory = emptyMemory(world.chain.branch(), world.chain.head());
  node.effectsUntilCrash = node.crashes[0]?.afterEffects ?? Number.POSITIVE_INFINITY;
  resumeOrders(world, node);
  seeHead(world, node);
};

/** The process is gone with all it had in memory; a torn store keeps orders, and what the guard wrote. */
const crash = (world: World, node: Node): void => {
  const fault = node.crashes.shift();
  world.journal.crashes += 1;
  node.life += 1;
  node.isUp = false;
  node.effectsUntilCrash = Number.POSITIVE_INFINITY;
  if (fault?.store === 'torn') Object.assign(node.disk, { rounds: new Map(), events: new Map() });
  const back = { label: `restart of ${node.index}`, node, run: () => guarded(world, () => restart(world, node)) };
  after(world, fault?.downMs ?? 0, back);
};

const guarded = (world: World, run: () => void): void => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof CrashError)) throw error;
    crash(world, error.node);
  }
};

/** Runs a plan to its end. Pure: equal plans and options give equal outcomes. */
export const runPlan = (plan: Plan, options: RunOptions = {}): Outcome => {
  const world = createWorld(plan, options);
  const genesis = world.chain.head().ledger;
  prepare(world);
  for (;;) {
    const next = world.queue.pop();
    if (next === undefined || next.atMs > plan.untilMs) break;
    world.eventCount += 1;
    if (world.eventCount > MAX_EVENTS) {
      world.journal.violations.push(`no end after ${MAX_EVENTS} events`);
      break;
    }
    world.nowMs = next.atMs;
    const { node, life, run } = next.value;
    // What a dead process had planned does not happen.
    if (node === undefined || node.life === life) guarded(world, run);
  }
  const { universe, params, journal, nodes, digest, lines = [], eventCount } = world;
  const { ledger } = world.chain.head();
  return {
    ...{ plan, universe, params, journal, ledger, genesis, nodes, lines, eventCount },
    ...{ branch: world.chain.branch(), rules: rulesOf(universe, options.mutation) },
    ...{ traceHash: digest.value(), virtualMs: plan.untilMs },
  };
};
