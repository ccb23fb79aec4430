import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub';
import type { PeerId } from '@libp2p/interface';
import type { TopicKind } from '@mlb/protocol';
import type { GossipVerdict } from '../port/gossip.ts';
import type { GossipBus } from './gossip.ts';
import type { MlbLibp2p } from './libp2p.ts';

const RESULT: Record<GossipVerdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/** gossipsub tells its failures by message only. */
const isNobodySubscribed = (error: unknown): boolean =>
  error instanceof Error && error.message === 'PublishError.NoPeersSubscribedToTopic';

export interface GossipsubBus extends GossipBus {
  /** Peers that would get an envelope published now. */
  readonly subscribers: (topic: TopicKind) => readonly string[];
}

/** Envelopes over gossipsub; `topicNames` maps each kind to this deployment's topic. */
export const createGossipsubBus = (libp2p: MlbLibp2p, topicNames: ReadonlyMap<TopicKind, string>): GossipsubBus => {
  const { pubsub } = libp2p.services;
  /**
   * A peer's subscription may arrive before our own stream to it is open. gossipsub would then send to nobody without
   * a word, and its seen cache would refuse the same bytes for two minutes.
   */
  const canReceive = (peer: PeerId): boolean =>
    libp2p
      .getConnections(peer)
      .some(({ streams }) =>
        streams.some(({ protocol, direction }) => direction === 'outbound' && pubsub.protocols.includes(protocol)),
      );
  const kinds = new Map([...topicNames].map(([kind, name]) => [name, kind]));
  const nameOf = (kind: TopicKind): string => {
    const name = topicNames.get(kind);
    if (name === undefined) throw new Error(`unknown topic ${kind}`);
    return name;
  };
  const reachable = (kind: TopicKind): readonly PeerId[] => pubsub.getSubscribers(nameOf(kind)).filter(canReceive);

  return {
    subscribers: (kind) => reachable(kind).map(String),
    subscribe: (kind, judge) => {
      const name = nameOf(kind);
      pubsub.topicValidators.set(name, async (peer, message) => RESULT[await judge(message.data, peer.toString())]);
      pubsub.subscribe(name);
    },
    publish: async (kind, envelope) => {
      if (reachable(kind).length === 0) return false;
      try {
        await pubsub.publish(nameOf(kind), envelope);
        return true;
      } catch (error) {
        if (isNobodySubscribed(error)) return false;
        throw error;
      }
    },
    onSubscriber: (callback) => {
      pubsub.addEventListener('subscription-change', ({ detail }) => {
        for (const { topic, subscribe } of detail.subscriptions) {
          const kind = kinds.get(topic);
          if (subscribe && kind !== undefined) callback(kind);
        }
      });
      // The stream opens some time after the subscription, and no event tells when.
      pubsub.addEventListener('gossipsub:heartbeat', () => {
        for (const kind of topicNames.keys()) callback(kind);
      });
    },
  };
};
