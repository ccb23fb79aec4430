import { decodeEnvelope, type TopicKind } from '@mlb/protocol';
import type { Clock } from '../port/clock.ts';
import type { GossipHandler, GossipVerdict } from '../port/gossip.ts';
import type { CountNetwork, GossipOutcome } from './count.ts';

/** Envelopes of one topic being judged at once: at 64 messages of 70 us each, some seconds of work. */
const MAX_PENDING = 512;
/** Of these, at most so many of one peer: a flood from one side must not shut out the others. */
const MAX_PENDING_PER_PEER = 128;
/** A handler that hangs must not make the topic deaf for ever. */
const DEADLINE_MS = 10_000;

/** Judges whole envelopes of one topic. Never throws. */
export type EnvelopeJudge = (envelope: Uint8Array, from: string) => Promise<GossipVerdict>;

/** reject > accept > ignore: one provably bad message condemns its envelope, one good one carries it on. */
export const worstOf = (verdicts: readonly GossipVerdict[]): GossipVerdict => {
  if (verdicts.includes('reject')) return 'reject';
  return verdicts.includes('accept') ? 'accept' : 'ignore';
};

export const createEnvelopeJudge = (options: {
  readonly topic: TopicKind;
  readonly handler: GossipHandler;
  readonly clock: Clock;
  readonly count: CountNetwork;
}): EnvelopeJudge => {
  const { topic, handler, clock } = options;
  const pendingByPeer = new Map<string, number>();
  let pending = 0;
  const count = (outcome: GossipOutcome, amount = 1): void => options.count({ type: 'gossip', topic, outcome, amount });

  const judgeOne = async (message: Uint8Array, from: string): Promise<GossipVerdict> => {
    try {
      const verdict = await handler(message, from);
      count(verdict);
      return verdict;
    } catch {
      count('failed');
      return 'ignore';
    }
  };

  const judgeAll = async (messages: readonly Uint8Array[], from: string): Promise<GossipVerdict> => {
    const verdicts: GossipVerdict[] = [];
    for (const message of messages) verdicts.push(await judgeOne(message, from));
    return worstOf(verdicts);
  };

  const withDeadline = (verdict: Promise<GossipVerdict>): Promise<GossipVerdict> => {
    const { promise, resolve } = Promise.withResolvers<GossipVerdict>();
    const cancel = clock.after(DEADLINE_MS, () => {
      count('late');
      resolve('ignore');
    });
    void verdict.then((value) => {
      cancel();
      resolve(value);
    });
    return promise;
  };

  const decode = (envelope: Uint8Array): readonly Uint8Array[] | undefined => {
    try {
      return decodeEnvelope(envelope);
    } catch {
      return undefined;
    }
  };

  return async (envelope, from) => {
    const ofPeer = pendingByPeer.get(from) ?? 0;
    if (pending >= MAX_PENDING || ofPeer >= MAX_PENDING_PER_PEER) {
      count('dropped');
      return 'ignore';
    }
    const messages = decode(envelope);
    if (messages === undefined) {
      count('malformed');
      return 'reject';
    }
    pending += 1;
    pendingByPeer.set(from, ofPeer + 1);
    const verdict = await withDeadline(judgeAll(messages, from));
    pending -= 1;
    const left = (pendingByPeer.get(from) ?? 1) - 1;
    if (left === 0) pendingByPeer.delete(from);
    else pendingByPeer.set(from, left);
    return verdict;
  };
};
