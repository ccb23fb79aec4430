import type { TopicKind } from '@mlb/protocol';

export type GossipVerdict = 'accept' | 'ignore' | 'reject';

/**
 * Judges one message (not the envelope); `from` is the peer that brought it, not its author. An envelope with a
 * rejected message is rejected; with an accepted one and no rejected one it is accepted, so that honest messages
 * travel on; else it is ignored. Throwing or not answering within some seconds counts as `ignore`, never as `reject`.
 */
export type GossipHandler = (message: Uint8Array, from: string) => Promise<GossipVerdict>;

/** Publish-subscribe. Messages of one topic due within a few milliseconds travel in one envelope. */
export interface Gossip {
  /** One handler per topic; subscribing is what registering does. */
  readonly handle: (topic: TopicKind, handler: GossipHandler) => void;
  /**
   * Queues the message for the next envelope; resolves when it is sent, or parked because nobody is subscribed yet
   * (sent when somebody is; the oldest are forgotten). Own messages do not come back. Throws NetworkError
   * (MESSAGE_TOO_LARGE, CLOSED).
   */
  readonly publish: (topic: TopicKind, message: Uint8Array) => Promise<void>;
}
