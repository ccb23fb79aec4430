import type { TopicKind } from '@mlb/protocol';

export type GossipVerdict = 'accept' | 'ignore' | 'reject';

/** Judges one message (not the envelope). Never throws; an envelope's verdict is that of its worst message. */
export type GossipHandler = (message: Uint8Array, from: string) => Promise<GossipVerdict>;

/** Publish-subscribe. Messages of one topic due within a few milliseconds travel in one envelope. */
export interface Gossip {
  /** One handler per topic; subscribing is what registering does. */
  readonly handle: (topic: TopicKind, handler: GossipHandler) => void;
  /** Queues the message for the next envelope; resolves when it is sent. Own messages do not come back. */
  readonly publish: (topic: TopicKind, message: Uint8Array) => Promise<void>;
}
