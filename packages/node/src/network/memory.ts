import { randomBytes } from 'node:crypto';
import { Bytes32, MAX_STREAM_FRAME_BYTES, sha256, type TopicKind, toHex } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { FrameHandler, Streams } from '../port/streams.ts';
import { type CountNetwork, countNothing } from './count.ts';
import { type ClosableGossip, createGossip, type GossipBus } from './gossip.ts';
import type { EnvelopeJudge } from './gossip-judge.ts';
import { NetworkError } from './network-error.ts';
import { peerIdOfKey } from './peer-id.ts';

/** One peer of a memory network. */
export interface MemoryPeer {
  readonly peerId: string;
  readonly peerKey: Bytes32;
  readonly gossip: ClosableGossip;
  readonly streams: Streams;
  /** Publishes bytes as they are, as a hostile peer would. */
  readonly publishRaw: (topic: TopicKind, envelope: Uint8Array) => Promise<boolean>;
  /** Gone for everybody, as after kill -9. */
  readonly leave: () => void;
}

/** A network in one process: every peer hears every other one at once, frames and envelopes in order. */
export interface MemoryNetwork {
  readonly join: (options?: { readonly peerKey?: Bytes32; readonly count?: CountNetwork }) => MemoryPeer;
}

interface Member {
  readonly judges: Map<TopicKind, EnvelopeJudge>;
  readonly seen: Set<Bytes32>;
  readonly subscriptionCallbacks: ((topic: TopicKind) => void)[];
  readonly handlers: Map<string, FrameHandler>;
  /** Frames being handled, by sender and protocol. */
  readonly tails: Map<string, Promise<void>>;
}

type Members = Map<string, Member>;

const createBus = (members: Members, peerId: string, own: Member): GossipBus => ({
  subscribe: (topic, judge) => {
    own.judges.set(topic, judge);
    for (const member of members.values())
      if (member !== own) for (const tell of member.subscriptionCallbacks) tell(topic);
  },
  publish: async (topic, envelope) => {
    const others = [...members.values()].filter((member) => member !== own && member.judges.has(topic));
    if (others.length === 0 || !members.has(peerId)) return false;
    const id = sha256(envelope);
    own.seen.add(id);
    for (const member of others) {
      if (member.seen.has(id)) continue;
      member.seen.add(id);
      void member.judges.get(topic)?.(envelope.slice(), peerId);
    }
    return true;
  },
  onSubscriber: (callback) => void own.subscriptionCallbacks.push(callback),
});

const createStreams = (members: Members, peerId: string, own: Member): Streams => ({
  handle: (protocol, handler) => {
    if (own.handlers.has(protocol)) throw new Error(`protocol ${protocol} has a handler already`);
    own.handlers.set(protocol, handler);
  },
  send: async (to, protocol, frame, signal) => {
    if (frame.length > MAX_STREAM_FRAME_BYTES) {
      const text = `a frame of ${frame.length} bytes, at most ${MAX_STREAM_FRAME_BYTES} are allowed`;
      throw new NetworkError('FRAME_TOO_LARGE', text);
    }
    if (signal.aborted) throw new NetworkError('SEND_TIMEOUT', 'the deadline had passed', { cause: signal.reason });
    const target = to === peerId || !members.has(peerId) ? undefined : members.get(to);
    const handler = target?.handlers.get(protocol);
    if (target === undefined || handler === undefined) {
      throw new NetworkError('PEER_UNREACHABLE', `no stream ${protocol} to ${to}`);
    }
    const key = `${peerId} ${protocol}`;
    const copy = frame.slice();
    const tail = (target.tails.get(key) ?? Promise.resolve()).then(() => handler(copy, peerId));
    // A handler that throws closes the stream: the frames behind it are lost, the next send opens a new one.
    target.tails.set(key, tail);
    tail.catch(() => {
      if (target.tails.get(key) === tail) target.tails.delete(key);
    });
  },
});

export const createMemoryNetwork = (clock: Clock): MemoryNetwork => {
  const members: Members = new Map();
  return {
    join: ({ peerKey = Bytes32(toHex(randomBytes(32))), count = countNothing } = {}) => {
      const peerId = peerIdOfKey(peerKey);
      const own: Member = {
        judges: new Map(),
        seen: new Set(),
        subscriptionCallbacks: [],
        handlers: new Map(),
        tails: new Map(),
      };
      members.set(peerId, own);
      const bus = createBus(members, peerId, own);
      return {
        peerId,
        peerKey,
        gossip: createGossip({ bus, clock, count }),
        streams: createStreams(members, peerId, own),
        publishRaw: bus.publish,
        leave: () => void members.delete(peerId),
      };
    },
  };
};
