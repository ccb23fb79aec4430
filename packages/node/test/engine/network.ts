import {
  type BatchHeader,
  DEFAULT_REDUNDANCY,
  decodeEvidence,
  decodeOrderMessage,
  type Evidence,
  encodeNullifiers,
  encodeOrderMessage,
  nullifiersOf,
  type SeatMessage,
  sha256,
  type TaskId,
  type TopicKind,
  taskIdOf,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { createMemoryClock, type MemoryClock } from '../../src/clock/memory.ts';
import { createMemoryContentHub } from '../../src/content/memory.ts';
import { createNonces, createOrder, type OrderRequest } from '../../src/engine/requester.ts';
import type { TaskRecord } from '../../src/engine/task.ts';
import { createMemoryNetwork, type MemoryPeer } from '../../src/network/memory.ts';
import type { ChainEvent } from '../../src/port/chain.ts';
import {
  BASE_FEE,
  CHAIN_ID,
  createPersona,
  createRequester,
  DOMAIN,
  EXACT_MODEL,
  genesisEvents,
  MODEL_BYTES,
  secp256k1,
  TOLERANCE_MODEL,
} from './cast.ts';
import { contradictionsIn } from './contradictions.ts';
import { createMemoryChain, type MemoryChain } from './memory-chain.ts';
import { createTestNode, type Surroundings, type TestNode } from './test-node.ts';

/** Virtual milliseconds of one step of `run`: messages made in a step are handled before the next. */
const STEP_MS = 25;
/** Of `until`, which waits for what takes blocks too. */
const BLOCK_MS = 500;
const START_SEC = 1_800_000_000;

export interface SentFrame {
  readonly from: string;
  readonly message: SeatMessage;
}

export interface Gossiped {
  readonly from: string;
  readonly topic: TopicKind;
  readonly message: Uint8Array;
}

export interface TestNetwork {
  readonly clock: MemoryClock;
  readonly chain: MemoryChain;
  /** Every operator's node. */
  readonly operators: readonly TestNode[];
  /** A daemon without an operator, which owns the funded escrow. */
  readonly requester: TestNode;
  readonly nodes: readonly TestNode[];
  readonly frames: readonly SentFrame[];
  readonly gossiped: readonly Gossiped[];
  /** Lets what was begun come to its end, at the time it is. */
  readonly settle: () => Promise<void>;
  /** Moves the time. */
  readonly run: (ms: number) => Promise<void>;
  /** Moves the time, with a block every half second, until it holds; fails after `maxMs`. */
  readonly until: (what: string, holds: () => boolean, maxMs?: number) => Promise<void>;
  /** Mines blocks with these events in the first, and shows them to every node that follows. */
  readonly mine: (blocks?: number, events?: readonly ChainEvent[]) => Promise<void>;
  /** Other blocks take the place of the last ones. */
  readonly reorg: (depth: number, blocks?: number) => Promise<void>;
  /** A peer without a daemon: says whatever a test wants. */
  readonly stranger: () => MemoryPeer;
  readonly holdExecutions: () => void;
  readonly releaseExecutions: () => Promise<void>;
  /** Signs an order anchored at the head. */
  readonly order: (
    request?: Partial<OrderRequest> & { readonly x?: number; readonly isTolerant?: boolean },
  ) => Promise<Uint8Array>;
  /** Orders and submits; fails when it is refused. */
  readonly submit: (request?: Parameters<TestNetwork['order']>[0]) => Promise<TaskId>;
  /** An order of these inline bytes, whatever they are. */
  readonly submitRaw: (input: Uint8Array) => Promise<TaskId>;
  readonly task: (node: TestNode, taskId: TaskId) => TaskRecord;
  /** The nodes of a task's committee in seat order, as drawn. */
  readonly seats: (taskId: TaskId) => readonly TestNode[];
  /** A posted batch that uses up the nonces of these tasks. */
  readonly batchOf: (...taskIds: readonly TaskId[]) => ChainEvent;
  readonly evidence: () => readonly Evidence[];
  /** Duties of honest sessions for which two different statements left a machine. */
  readonly contradictions: () => readonly string[];
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export const createTestNetwork = async ({
  operators: operatorCount = 6,
  compute = (x) => x + x,
}: {
  readonly operators?: number;
  readonly compute?: Surroundings['compute'];
} = {}): Promise<TestNetwork> => {
  const clock = createMemoryClock(START_SEC * 1000);
  const chain = createMemoryChain(CHAIN_ID);
  const frames: SentFrame[] = [];
  const gossiped: Gossiped[] = [];
  let gate: PromiseWithResolvers<void> | undefined;
  const around: Surroundings = {
    ...{ clock, chain, compute, network: createMemoryNetwork(clock), content: createMemoryContentHub() },
    gate: async () => await gate?.promise,
    onFrame: (from, message) => void frames.push({ from, message }),
    onGossip: (from, topic, message) => void gossiped.push({ from, topic, message }),
  };
  const personas = await Promise.all(
    Array.from({ length: operatorCount }, (_, i) => createPersona(`operator-${i + 1}`)),
  );
  const requesterPersona = await createRequester();
  const provider = await createPersona('provider');
  const operators = await Promise.all(
    personas.map((persona, index) => createTestNode(around, { persona, index, isOperator: true })),
  );
  const requester = await createTestNode(around, { persona: requesterPersona, index: -1, isOperator: false });
  const nodes = [...operators, requester];
  await around.content.join().add(MODEL_BYTES, new AbortController().signal);

  const nowSec = (): bigint => BigInt(Math.floor(clock.nowMs() / 1000));
  const sync = async (): Promise<void> => {
    for (const node of nodes) await node.sync();
  };
  const settle = (): Promise<void> => turns(4);
  const run = async (ms: number): Promise<void> => {
    await settle();
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await settle();
    }
  };
  const mine: TestNetwork['mine'] = async (blocks = 1, events = []) => {
    for (let i = 0; i < blocks; i += 1) chain.mine(nowSec(), i === 0 ? events : []);
    await sync();
    await settle();
  };
  await mine(1, await genesisEvents({ operators: personas, provider, requester: requesterPersona }));
  await mine(3);

  const task: TestNetwork['task'] = (node, taskId) => {
    const found = node.engine().task(taskId);
    if (found === undefined) throw new Error(`${node.name} does not know ${taskId}`);
    return found;
  };

  const order: TestNetwork['order'] = async ({ x = 1.5, isTolerant = false, ...request } = {}) => {
    const { deps, view } = requester.life();
    const model = view.model(isTolerant ? TOLERANCE_MODEL : EXACT_MODEL);
    if (model === undefined) throw new Error('no model');
    const bytes = new Uint8Array(Float32Array.of(x).buffer);
    return createOrder(
      { ...deps, nonces: createNonces(deps) },
      { address: requesterPersona.address, secretKey: requesterPersona.secretKey },
      {
        ...{ model, computeUnits: 1, redundancy: DEFAULT_REDUNDANCY, maxFeeWei: undefined, tipPerSeatWei: 0n },
        ...{ inputs: [{ name: 'x', type: 'float32', dims: [1], bytes }], deadlineInSec: 60 },
        ...request,
      },
      new AbortController().signal,
    );
  };

  const submitMessage = async (message: Uint8Array): Promise<TaskId> => {
    const submitted = requester.engine().submit(message);
    // The envelope leaves some milliseconds later.
    await run(STEP_MS);
    const admitted = await submitted;
    if ('refused' in admitted) throw new Error(`the order was refused: ${admitted.refused}`);
    await run(STEP_MS);
    return admitted.taskId;
  };

  return {
    ...{ clock, chain, operators, requester, nodes, frames, gossiped, settle, run, mine, order, task },
    until: async (what, holds, maxMs = 60_000) => {
      for (let passed = STEP_MS; !holds(); passed += STEP_MS) {
        if (passed > maxMs) throw new Error(`after ${maxMs} ms: not yet ${what}`);
        await run(STEP_MS);
        if (passed % BLOCK_MS === 0) await mine();
      }
    },
    reorg: async (depth, blocks = depth + 1) => {
      chain.drop(depth);
      await mine(blocks);
    },
    stranger: () => around.network.join(),
    holdExecutions: () => {
      gate = Promise.withResolvers();
    },
    releaseExecutions: async () => {
      gate?.resolve();
      gate = undefined;
      await settle();
    },
    submit: async (request) => submitMessage(await order(request)),
    submitRaw: async (input) => {
      const { body } = decodeOrderMessage(await order()).order;
      const changed = { ...body, inputHash: sha256(input) };
      const signature = secp256k1.sign(taskIdOf(DOMAIN, changed), requesterPersona.secretKey);
      return submitMessage(encodeOrderMessage({ order: { body: changed, signature }, inlineInput: input }));
    },
    seats: (taskId) => {
      const drawn = task(requester, taskId).seating?.params.seats ?? [];
      return drawn.map(({ operator }) => {
        const node = operators.find(({ persona }) => persona.address === operator);
        if (node === undefined) throw new Error('a seat of a stranger');
        return node;
      });
    },
    batchOf: (...taskIds) => {
      const nonces = taskIds.map((taskId) => ({ account: 1, nonce: task(requester, taskId).order.order.body.nonce }));
      const nullifiers = encodeNullifiers(nullifiersOf(nonces));
      const index = requester.life().view.lastBatch().index + 1n;
      const roots = {
        leavesRoot: ZERO_BYTES32,
        ledgerRoot: ZERO_BYTES32,
        slashesRoot: ZERO_BYTES32,
        reputationRoot: ZERO_BYTES32,
      };
      const hashes = {
        prevHash: ZERO_BYTES32,
        deltasHash: ZERO_BYTES32,
        nullifiersHash: ZERO_BYTES32,
        dataCidDigest: ZERO_BYTES32,
      };
      const header: BatchHeader = {
        ...{ ...roots, ...hashes, index, epoch: 1n, slot: 1n, leafCount: taskIds.length },
        ...{ baseFee: BASE_FEE, treasuryUnits: 0n, burnUnits: 0n },
      };
      return {
        ...({
          type: 'batch-posted',
          index,
          headerDigest: ZERO_BYTES32,
          certificateHash: ZERO_BYTES32,
          header,
          deltas: new Uint8Array(0),
        } as const),
        ...{ nullifiers, transaction: ZERO_BYTES32 },
      };
    },
    evidence: () => gossiped.flatMap(({ topic, message }) => (topic === 'evidence' ? [decodeEvidence(message)] : [])),
    contradictions: () => contradictionsIn(frames.map(({ message }) => message)),
  };
};
