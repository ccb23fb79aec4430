import type { TopicKind } from '@mlb/protocol';

/** What became of a gossiped message or of its envelope. Closed: metric labels. */
export type GossipOutcome =
  | 'accept'
  | 'ignore'
  | 'reject'
  /** The envelope did not decode: rejected. */
  | 'malformed'
  /** Too much is being judged already: the envelope was ignored unread. */
  | 'dropped'
  /** The handler threw: our fault, so ignored. */
  | 'failed'
  /** The handler did not answer in time: ignored. */
  | 'late'
  | 'published'
  /** Published while nobody was subscribed: kept until somebody is. */
  | 'parked'
  /** Parked for too long: forgotten. */
  | 'lost';

/** What became of a frame or stream. Closed: metric labels. */
export type FrameOutcome =
  | 'sent'
  | 'received'
  | 'refused-full'
  /** A frame over the size limit, garbage, or an unexpected end: the stream was closed. */
  | 'malformed'
  /** Faster than the limit: the stream was closed. */
  | 'too-fast'
  /** The handler threw: the stream was closed. */
  | 'failed'
  | 'opened'
  | 'closed';

/** Something to count. `amount` is in messages, envelopes or frames. */
export type NetworkCount =
  | { readonly type: 'gossip'; readonly topic: TopicKind; readonly outcome: GossipOutcome; readonly amount: number }
  | { readonly type: 'frame'; readonly protocol: string; readonly outcome: FrameOutcome; readonly amount: number };

/** Told what to count; must not throw. Events only tell observers. */
export type CountNetwork = (count: NetworkCount) => void;

export const countNothing: CountNetwork = () => undefined;
