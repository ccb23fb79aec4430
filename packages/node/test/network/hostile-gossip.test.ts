import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { encodeEnvelope, MAX_ENVELOPE_BYTES } from '@mlb/protocol';
import type { GossipOutcome, NetworkCount } from '../../src/network/count.ts';
import { type CountedPeer, ORDER_TOPIC, startPeers } from './loopback.ts';
import { until, within } from './within.ts';

const outcome =
  (wanted: GossipOutcome) =>
  (count: NetworkCount): boolean =>
    count.type === 'gossip' && count.outcome === wanted;

interface Attack {
  readonly attacker: CountedPeer;
  readonly victim: CountedPeer;
  readonly honest: CountedPeer;
  readonly received: readonly string[];
}

/** An attacker and an honest peer, both connected to the victim, who listens to orders. */
const startAttack = async (t: TestContext): Promise<Attack> => {
  const [victim, attacker, honest] = await startPeers(t, 3);
  assert.ok(victim !== undefined && attacker !== undefined && honest !== undefined);
  const received: string[] = [];
  victim.gossip.handle('order', async (message) => {
    received.push(Buffer.from(message).toString());
    return received.at(-1)?.startsWith('bad') === true ? 'reject' : 'accept';
  });
  await until('the subscription', () => [attacker, honest].every((peer) => peer.subscribers('order').length === 1));
  return { attacker, victim, honest, received };
};

const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));

const stillHears = async ({ honest, received }: Attack): Promise<void> => {
  await honest.gossip.publish('order', text('honest'));
  await until('the honest message', () => received.includes('honest'));
};

test('random bytes, a cut envelope and trailing bytes are malformed; the node goes on', async (t) => {
  const attack = await startAttack(t);
  const whole = encodeEnvelope([text('message')]);
  const garbage = [new Uint8Array(randomBytes(200)), whole.subarray(0, -1), Buffer.concat([whole, whole])];
  for (const bytes of garbage) await attack.attacker.libp2p.services.pubsub.publish(ORDER_TOPIC, bytes);
  await until('three malformed', () => attack.victim.counts.filter(outcome('malformed')).length === 3);
  await stillHears(attack);
  assert.deepEqual(attack.received, ['honest']);
});

test('an envelope over the size limit is malformed before its messages are looked at', async (t) => {
  const attack = await startAttack(t);
  const large = encodeEnvelope([new Uint8Array(MAX_ENVELOPE_BYTES)]);
  await attack.attacker.libp2p.services.pubsub.publish(ORDER_TOPIC, large);
  await within('malformed', attack.victim.counted(outcome('malformed')));
  await stillHears(attack);
});

test('a message over what gossipsub reads cuts off its sender only', async (t) => {
  const attack = await startAttack(t);
  await attack.attacker.libp2p.services.pubsub.publish(ORDER_TOPIC, new Uint8Array(3 * 1024 * 1024));
  const { attacker, victim } = attack;
  const peers = (): readonly string[] => victim.libp2p.services.pubsub.getPeers().map(String);
  await until('the cut', () => !peers().includes(attacker.peerId));
  await stillHears(attack);
  assert.deepEqual(attack.received, ['honest']);
});

test('a topic that is not ours is neither remembered nor relayed', async (t) => {
  const attack = await startAttack(t);
  const { attacker, victim } = attack;
  for (let i = 0; i < 50; i += 1) attacker.libp2p.services.pubsub.subscribe(`/foreign/${i}`);
  await attacker.libp2p.services.pubsub.publish('/foreign/0', text('spam')).catch(() => undefined);
  await stillHears(attack);
  assert.deepEqual(victim.libp2p.services.pubsub.getSubscribers('/foreign/0'), []);
  assert.deepEqual(attack.received, ['honest']);
});

test('a peer whose messages are rejected is soon not heard any more, an honest one still is', async (t) => {
  const attack = await startAttack(t);
  const { attacker, victim, honest, received } = attack;
  const isHeard = async (round: number): Promise<boolean> => {
    await attacker.libp2p.services.pubsub.publish(ORDER_TOPIC, encodeEnvelope([text(`bad ${round}`)]));
    await honest.gossip.publish('order', text(`honest ${round}`));
    await until(`honest message ${round}`, () => received.includes(`honest ${round}`));
    return received.includes(`bad ${round}`);
  };
  // Scores count from the next heartbeat on.
  let deafRounds = 0;
  for (let round = 0; deafRounds < 3; round += 1) {
    assert.ok(round < 200, 'the attacker is heard for ever');
    deafRounds = (await isHeard(round)) ? 0 : deafRounds + 1;
  }
  assert.ok(victim.counts.some(outcome('reject')));
});

test('one rejected message condemns its envelope, so it is not relayed', async (t) => {
  const [victim, attacker, third] = await startPeers(t, 3);
  assert.ok(victim !== undefined && attacker !== undefined && third !== undefined);
  const received: string[] = [];
  victim.gossip.handle('order', async (message) => (Buffer.from(message).toString() === 'bad' ? 'reject' : 'accept'));
  third.gossip.handle('order', async (message) => {
    received.push(Buffer.from(message).toString());
    return 'accept';
  });
  await until(
    'subscriptions',
    () => attacker.subscribers('order').length === 1 && victim.subscribers('order').length === 1,
  );
  await attacker.libp2p.services.pubsub.publish(ORDER_TOPIC, encodeEnvelope([text('good'), text('bad')]));
  await within('the reject', victim.counted(outcome('reject')));
  await victim.gossip.publish('order', text('after'));
  await until('the message after', () => received.length > 0);
  assert.deepEqual(received, ['after']);
});
