import {
  COMMITTEE_PROTOCOL,
  decodeSeatMessage,
  fromHex,
  type SeatMessage,
  sha256,
  type TopicKind,
} from '@mlb/protocol';
import { type ChainView, createChainState } from '../../src/chain/state.ts';
import type { MemoryClock } from '../../src/clock/memory.ts';
import type { MemoryContentHub } from '../../src/content/memory.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { createModelShelf } from '../../src/engine/model-shelf.ts';
import { createMemoryExecutor } from '../../src/execution/sandbox-executor.ts';
import type { CountNetwork, GossipOutcome } from '../../src/network/count.ts';
import type { MemoryNetwork, MemoryPeer } from '../../src/network/memory.ts';
import { openSigningGuard } from '../../src/signing/guard.ts';
import { createMemoryHighWater, type HighWater } from '../../src/signing/high-water.ts';
import { createSigner } from '../../src/signing/signer.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createWatchLog, type WatchLog } from '../settlement/watch-log.ts';
import { type Behaviour, behavingExecutor, behavingStreams } from './behaviour.ts';
import { DOMAIN, PARAMS, type Persona, REGISTRY, secp256k1 } from './cast.ts';
import { type CountingMeter, createCountingMeter } from './counting-meter.ts';
import type { ChainSight, MemoryChain } from './memory-chain.ts';
import { createMortality, type Mortality } from './mortal.ts';

/** What all nodes of a test share. */
export interface Surroundings {
  readonly clock: MemoryClock;
  readonly chain: MemoryChain;
  readonly network: MemoryNetwork;
  readonly content: MemoryContentHub;
  /** Holds executions back. */
  readonly gate: () => Promise<void>;
  /** y of x: where a node's runtime differs in the last bits from another's. */
  readonly compute: (x: number, nodeIndex: number) => number;
  readonly onFrame: (from: string, message: SeatMessage) => void;
  readonly onGossip: (from: string, topic: TopicKind, message: Uint8Array) => void;
}

/** From a start to a stop or crash. */
export interface Life {
  readonly engine: Engine;
  readonly deps: EngineDeps;
  readonly view: ChainView;
  readonly sight: ChainSight;
  readonly peer: MemoryPeer;
  readonly mortality: Mortality;
}

/** One daemon's engine with everything around it in memory. Its disk survives its lives. */
export interface TestNode {
  readonly name: string;
  readonly persona: Persona;
  readonly meter: CountingMeter;
  readonly log: WatchLog;
  /** Gossip messages or envelopes with this outcome. */
  readonly gossipTotal: (topic: TopicKind, outcome: GossipOutcome) => number;
  readonly life: () => Life;
  readonly engine: () => Engine;
  readonly behave: (behaviour: Behaviour) => void;
  /** Sees no new blocks while false. */
  readonly follow: (follows: boolean) => void;
  readonly sync: () => Promise<void>;
  /** Ends this life as kill -9 does. */
  readonly crash: () => void;
  /** A new life on the disk of the last one. */
  readonly start: () => Promise<void>;
}

const floatOf = (bytes: Uint8Array): number => new Float32Array(bytes.slice().buffer)[0] ?? 0;

/** Deterministic, different for each node and call. */
const createRandom = (name: string): ((size: number) => Uint8Array) => {
  let calls = 0;
  return (size) => {
    calls += 1;
    return fromHex(sha256(new TextEncoder().encode(`${name} random ${calls}`))).slice(0, size);
  };
};

const openLife = async (
  around: Surroundings,
  node: Pick<TestNode, 'name' | 'persona' | 'meter' | 'log'> & {
    readonly index: number;
    readonly isOperator: boolean;
    readonly disk: ReturnType<typeof createMemoryStore>;
    readonly highWater: HighWater;
    readonly behaviour: () => Behaviour;
    readonly countNetwork: CountNetwork;
    readonly randomBytes: (size: number) => Uint8Array;
  },
): Promise<Life> => {
  const { clock, chain, network } = around;
  const { persona, meter, log, name, index } = node;
  const mortality = createMortality();
  const store = mortality.store(node.disk);
  const peer = network.join({ peerKey: persona.peerKey, count: node.countNetwork });
  const sight = chain.sight();
  const view = createChainState(REGISTRY);
  const executor = createMemoryExecutor(
    ([x]) => [
      {
        name: 'y',
        type: 'float32',
        dims: [1],
        bytes: new Uint8Array(Float32Array.of(around.compute(floatOf(x?.bytes ?? new Uint8Array(4)), index)).buffer),
      },
    ],
    { clock },
  );
  const guard = await openSigningGuard({ store, highWater: node.highWater, clock });
  const streams = mortality.streams(behavingStreams(peer.streams, persona, node.behaviour));
  const gossip = mortality.gossip(peer.gossip);
  const content = around.content.join();
  const deps: EngineDeps = {
    ...{ domain: DOMAIN, params: PARAMS, secp256k1, clock, store, content, meter, log, view, chain: sight },
    models: createModelShelf(content),
    peerId: peer.peerId,
    peerKey: persona.peerKey,
    randomBytes: node.randomBytes,
    gossip: {
      handle: gossip.handle,
      publish: (topic, message) => {
        // Whoever told of the certificate that it alone can make would help those it hurts.
        const isSly = node.behaviour() === 'equivocating' || node.behaviour() === 'withholding';
        if (topic === 'certificate' && isSly) return Promise.resolve();
        if (!mortality.isDead()) around.onGossip(name, topic, message);
        return gossip.publish(topic, message);
      },
    },
    streams: {
      handle: streams.handle,
      send: (to, protocol, frame, signal) => {
        if (protocol === COMMITTEE_PROTOCOL && !mortality.isDead()) around.onFrame(name, decodeSeatMessage(frame));
        return streams.send(to, protocol, frame, signal);
      },
    },
    operator: node.isOperator
      ? {
          address: persona.address,
          signer: createSigner({ secp256k1, secretKey: persona.secretKey, domain: DOMAIN, guard }),
          executor: behavingExecutor(executor, node.behaviour, around.gate),
        }
      : undefined,
  };
  const engine = createEngine(deps);
  await engine.restore();
  sight.subscribe(view);
  sight.subscribe(engine.observer);
  return { engine, deps, view, sight, peer, mortality };
};

export const createTestNode = async (
  around: Surroundings,
  { persona, index, isOperator }: { readonly persona: Persona; readonly index: number; readonly isOperator: boolean },
): Promise<TestNode> => {
  const meter = createCountingMeter();
  const log = createWatchLog();
  let behaviour: Behaviour = 'honest';
  let follows = true;
  const gossip = new Map<string, number>();
  const parts = {
    countNetwork: ((counted) => {
      if (counted.type !== 'gossip') return;
      const key = `${counted.topic} ${counted.outcome}`;
      gossip.set(key, (gossip.get(key) ?? 0) + counted.amount);
    }) satisfies CountNetwork,
    ...{ name: persona.name, persona, meter, log, index, isOperator },
    disk: createMemoryStore(),
    highWater: createMemoryHighWater(),
    behaviour: () => behaviour,
    randomBytes: createRandom(persona.name),
  };
  let life = await openLife(around, parts);
  return {
    ...{ name: persona.name, persona, meter, log },
    gossipTotal: (topic, outcome) => gossip.get(`${topic} ${outcome}`) ?? 0,
    life: () => life,
    engine: () => life.engine,
    behave: (next) => {
      behaviour = next;
    },
    follow: (next) => {
      follows = next;
    },
    sync: async () => {
      if (follows && !life.mortality.isDead()) await Promise.race([life.sight.sync(), life.mortality.death]);
    },
    crash: () => {
      life.mortality.die();
      life.peer.leave();
    },
    start: async () => {
      life.mortality.die();
      life.peer.leave();
      life = await openLife(around, parts);
      await life.sight.sync();
    },
  };
};
