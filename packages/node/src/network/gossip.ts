import type { TopicKind } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { Gossip } from '../port/gossip.ts';
import type { CountNetwork, GossipOutcome } from './count.ts';
import { createEnvelopeOutbox, type EnvelopeOutbox } from './envelope-outbox.ts';
import { createEnvelopeJudge, type EnvelopeJudge } from './gossip-judge.ts';

/** Envelopes kept for a topic while nobody is subscribed to it. */
const MAX_PARKED = 64;

/** What carries envelopes: gossipsub, or memory in tests. */
export interface GossipBus {
  readonly subscribe: (topic: TopicKind, judge: EnvelopeJudge) => void;
  /** Resolves with false if nobody is subscribed. */
  readonly publish: (topic: TopicKind, envelope: Uint8Array) => Promise<boolean>;
  /** Calls back when somebody may have subscribed to a topic; once too often does no harm. */
  readonly onSubscriber: (callback: (topic: TopicKind) => void) => void;
}

export interface ClosableGossip extends Gossip {
  /** Sends what is collected and refuses more. */
  readonly close: () => void;
}

interface Parked {
  readonly envelope: Uint8Array;
  readonly messageCount: number;
}

export const createGossip = (options: {
  readonly bus: GossipBus;
  readonly clock: Clock;
  readonly count: CountNetwork;
}): ClosableGossip => {
  const { bus, clock, count: countNetwork } = options;
  const outboxes = new Map<TopicKind, EnvelopeOutbox>();
  const parked = new Map<TopicKind, Parked[]>();
  const handled = new Set<TopicKind>();
  let closed = false;

  const count = (topic: TopicKind, outcome: GossipOutcome, amount: number): void =>
    countNetwork({ type: 'gossip', topic, outcome, amount });

  const keep = (topic: TopicKind, item: Parked): void => {
    const items = parked.get(topic) ?? [];
    parked.set(topic, items);
    items.push(item);
    const oldest = items.length > MAX_PARKED ? items.shift() : undefined;
    if (oldest !== undefined) count(topic, 'lost', oldest.messageCount);
  };

  const send = async (topic: TopicKind, item: Parked): Promise<void> => {
    if (await bus.publish(topic, item.envelope)) count(topic, 'published', item.messageCount);
    else keep(topic, item);
  };

  const sendParked = async (topic: TopicKind): Promise<void> => {
    const items = parked.get(topic);
    if (items === undefined) return;
    parked.delete(topic);
    for (const item of items) await send(topic, item);
  };

  bus.onSubscriber((topic) => {
    // The bus fails only while it is being stopped; then nobody is left to tell.
    sendParked(topic).catch(() => undefined);
  });

  const sendOrPark = async (topic: TopicKind, item: Parked): Promise<void> => {
    await send(topic, item);
    if (parked.get(topic)?.includes(item) === true) count(topic, 'parked', item.messageCount);
  };

  const outboxOf = (topic: TopicKind): EnvelopeOutbox => {
    const existing = outboxes.get(topic);
    if (existing !== undefined) return existing;
    const outbox = createEnvelopeOutbox(clock, (envelope, messageCount) =>
      sendOrPark(topic, { envelope, messageCount }),
    );
    if (closed) outbox.close();
    outboxes.set(topic, outbox);
    return outbox;
  };

  return {
    handle: (topic, handler) => {
      if (handled.has(topic)) throw new Error(`topic ${topic} has a handler already`);
      handled.add(topic);
      bus.subscribe(topic, createEnvelopeJudge({ topic, handler, clock, count: countNetwork }));
    },
    publish: (topic, message) => outboxOf(topic).add(message),
    close: () => {
      closed = true;
      for (const outbox of outboxes.values()) outbox.close();
    },
  };
};
