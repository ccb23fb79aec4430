import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Address,
  type Certificate,
  COMMIT,
  type Commit,
  type Domain,
  decodeCertificate,
  digestOf,
  type Evidence,
  encodeCertificate,
  encodeEvidence,
  encodeOrderMessage,
  MAX_ENVELOPE_BYTES,
  resultHashOf,
  type TaskId,
  type TopicKind,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { DOMAIN, secp256k1 } from './cast.ts';
import { createTestNetwork } from './network.ts';
import { isCertifiedAt } from './outcome.ts';
import { assertGoesOn, createScene, GARBAGE, gossip, OTHER_CHAIN, type Scene } from './scene.ts';

describe('gossip is counted and not passed on', () => {
  for (const topic of [
    'order',
    'certificate',
    'evidence',
    'dissent',
    'round-fail',
    'decline',
    'verdict',
  ] as const satisfies readonly TopicKind[]) {
    it(`when an envelope on ${topic} is garbage`, async () => {
      const scene = await createScene();
      await scene.stranger.publishRaw(topic, GARBAGE);
      await scene.stranger.publishRaw(topic, new Uint8Array(MAX_ENVELOPE_BYTES + 1));
      await scene.network.settle();
      assert.equal(scene.target.gossipTotal(topic, 'malformed'), 2);
      await assertGoesOn(scene);
    });

    it(`when a message on ${topic} is garbage`, async () => {
      const scene = await createScene();
      await gossip(scene, topic, GARBAGE);
      assert.equal(scene.target.meter.total('mlb_rejections_total', { source: topic, code: 'MALFORMED' }), 1);
      assert.equal(scene.target.gossipTotal(topic, 'reject'), 1);
      await assertGoesOn(scene);
    });
  }

  it('when an order is not signed by its requester', async () => {
    const scene = await createScene();
    const { order, inlineInput } = scene.network.task(scene.network.requester, scene.taskId).order;
    const { number: anchorBlock, hash: anchorHash } = scene.network.chain.head();
    const body = { ...order.body, anchorBlock, anchorHash, nonce: order.body.nonce + 1n };
    for (const signature of [order.signature, secp256k1.sign(ZERO_BYTES32, scene.hostile.persona.secretKey)]) {
      await gossip(scene, 'order', encodeOrderMessage({ order: { body, signature }, inlineInput }));
    }
    assert.equal(scene.target.meter.total('mlb_rejections_total', { source: 'order', code: 'BAD_SIGNATURE' }), 2);
    await assertGoesOn(scene);
  });

  const certificateOf = async (scene: Scene): Promise<Certificate> => {
    // The same keys, blocks and order in a second network: a certificate that is valid here too.
    const twin = await createTestNetwork();
    await twin.submit();
    await twin.mine(2);
    await twin.until('agreed', () => isCertifiedAt(twin, scene.taskId, twin.nodes));
    return decodeCertificate(twin.gossiped.findLast(({ topic }) => topic === 'certificate')?.message ?? GARBAGE);
  };

  const forgeries: readonly (readonly [string, string, (certificate: Certificate) => Certificate])[] = [
    [
      'names another result',
      'BAD_SIGNATURE',
      (c) => ({ ...c, statement: { ...c.statement, resultDigest: ZERO_BYTES32 } }),
    ],
    ['is of another epoch', 'UNKNOWN_EPOCH', (c) => ({ ...c, statement: { ...c.statement, epoch: 2n } })],
    [
      'is of another task',
      'UNKNOWN_TASK',
      (c) => ({ ...c, statement: { ...c.statement, taskId: ZERO_BYTES32 as string as TaskId } }),
    ],
    ['is of another round', 'BEACON_PENDING', (c) => ({ ...c, statement: { ...c.statement, round: 1 } })],
    ['is of a round that no task has', 'UNKNOWN_TASK', (c) => ({ ...c, statement: { ...c.statement, round: 3 } })],
    ['has two signers', 'BELOW_QUORUM', (c) => ({ ...c, signatures: c.signatures.slice(0, 2) })],
    [
      'has a lock that does not open',
      'BAD_LOCK_ROOT',
      (c) => ({ ...c, locked: c.locked.slice(1), signatures: c.signatures.slice(1) }),
    ],
  ];
  for (const [what, code, forge] of forgeries) {
    it(`when a certificate ${what}: ${code}`, async () => {
      const scene = await createScene();
      await gossip(scene, 'certificate', encodeCertificate(forge(await certificateOf(scene))));
      for (const node of scene.network.nodes) {
        assert.equal(node.meter.total('mlb_rejections_total', { source: 'certificate', code }), 1, node.name);
        assert.equal(scene.network.task(node, scene.taskId).certificate, undefined);
      }
      await assertGoesOn(scene);
    });
  }

  const evidenceOf = (
    { taskId, hostile }: Scene,
    { domain = DOMAIN, second = {} }: { readonly domain?: Domain; readonly second?: Partial<Commit> },
  ): Evidence => {
    const body: Commit = { taskId, round: 0, seat: 1, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32 };
    const sign = (commit: Commit) => ({
      body: commit,
      signature: secp256k1.sign(digestOf(domain, COMMIT, commit), hostile.persona.secretKey),
    });
    const pair = { first: sign(body), second: sign({ ...body, ...second }) };
    return { kind: 'commit', operator: hostile.persona.address, ...pair };
  };
  const commitHash = resultHashOf(Uint8Array.of(1));
  const accusations: readonly (readonly [string, string, (scene: Scene) => Evidence])[] = [
    ['shows one statement twice', 'PROVES_NOTHING', (scene) => evidenceOf(scene, {})],
    ['shows two rounds', 'PROVES_NOTHING', (scene) => evidenceOf(scene, { second: { round: 1, commitHash } })],
    [
      'is replayed from another chain',
      'BAD_SIGNATURE',
      (scene) => evidenceOf(scene, { domain: OTHER_CHAIN, second: { commitHash } }),
    ],
    [
      'accuses somebody else',
      'BAD_SIGNATURE',
      (scene) => ({ ...evidenceOf(scene, { second: { commitHash } }), operator: scene.target.persona.address }),
    ],
    [
      'accuses nobody known',
      'UNKNOWN_OPERATOR',
      (scene) => ({ ...evidenceOf(scene, { second: { commitHash } }), operator: Address(`0x${'99'.repeat(20)}`) }),
    ],
  ];
  for (const [what, code, accuse] of accusations) {
    it(`when evidence ${what}: ${code}`, async () => {
      const scene = await createScene();
      await gossip(scene, 'evidence', encodeEvidence(accuse(scene)));
      for (const node of scene.network.nodes) {
        assert.equal(node.meter.total('mlb_rejections_total', { source: 'evidence', code }), 1, node.name);
        assert.equal(node.meter.total('mlb_evidence_total'), 0);
      }
      await assertGoesOn(scene);
    });
  }
});
