import type { Address } from '../primitives/hex.ts';

/** What travels by gossip. Everything else goes over direct streams. */
export type TopicKind =
  | 'order'
  | 'decline'
  | 'certificate'
  | 'dissent'
  | 'round-fail'
  | 'verdict'
  | 'evidence'
  | 'batch-proposal'
  | 'batch-attestation';

export const TOPIC_KINDS: readonly TopicKind[] = [
  'order',
  'decline',
  'certificate',
  'dissent',
  'round-fail',
  'verdict',
  'evidence',
  'batch-proposal',
  'batch-attestation',
];

/** `/mlb/1/<chainId>/<first 8 hex digits of settlement>/<kind>`. */
export const topicOf = (chainId: number, settlement: Address, kind: TopicKind): string =>
  `/mlb/1/${chainId}/${settlement.slice(2, 10)}/${kind}`;

/** Protocol of the committee streams, frames of SeatMessage. */
export const COMMITTEE_PROTOCOL: string = '/mlb/cvcp/1.0.0';
/** Protocol on which a requester receives its Delivery. */
export const DELIVERY_PROTOCOL: string = '/mlb/delivery/1.0.0';
