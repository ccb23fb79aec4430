import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Address,
  type Certificate,
  COMMIT,
  COMMITTEE_PROTOCOL,
  type Commit,
  createDomain,
  DELIVERY_PROTOCOL,
  type Domain,
  decodeCertificate,
  digestOf,
  type Evidence,
  encodeCertificate,
  encodeDelivery,
  encodeEnvelope,
  encodeEvidence,
  encodeOrderMessage,
  encodeSeatMessage,
  MAX_ENVELOPE_BYTES,
  MAX_STREAM_FRAME_BYTES,
  RESULT_STATEMENT,
  REVEAL,
  type ResultStatement,
  resultHashOf,
  type TaskId,
  type TopicKind,
  ZERO_BYTES32,
} from '@mlb/protocol';
import type { MemoryPeer } from '../../src/network/memory.ts';
import { NetworkError } from '../../src/network/network-error.ts';
import { CHAIN_ID, DOMAIN, secp256k1 } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const OTHER_CHAIN = createDomain(CHAIN_ID + 1, DOMAIN.settlement);
const OTHER_CONTRACT = createDomain(CHAIN_ID, Address(`0x${'66'.repeat(20)}`));
const GARBAGE = Uint8Array.from({ length: 200 }, (_, i) => (i * 31) % 256);
const signal = new AbortController().signal;

/** A committee waiting for its executions, a hostile seat in it, and a peer that is nobody. */
interface Scene {
  readonly network: TestNetwork;
  readonly taskId: TaskId;
  /** Seat 0. */
  readonly target: TestNode;
  /** Seat 1, whose key signs what is sent. */
  readonly hostile: TestNode;
  readonly stranger: MemoryPeer;
}

const createScene = async (request?: Parameters<TestNetwork['submit']>[0]): Promise<Scene> => {
  const network = await createTestNetwork();
  network.holdExecutions();
  const taskId = await network.submit(request);
  await network.mine(2);
  const [target, hostile] = network.seats(taskId) as [TestNode, TestNode];
  return { network, taskId, target, hostile, stranger: network.stranger() };
};

const sendTo = async (
  { network, stranger }: Scene,
  target: TestNode,
  [protocol, frame]: readonly [string, Uint8Array],
) => {
  await stranger.streams.send(target.life().peer.peerId, protocol, frame, signal);
  await network.settle();
};

const gossip = async ({ network, stranger }: Scene, topic: TopicKind, message: Uint8Array): Promise<void> => {
  await stranger.publishRaw(topic, encodeEnvelope([message]));
  await network.settle();
};

/** After everything a stranger tried, the task is agreed as if nothing had been. */
const assertGoesOn = async ({ network, taskId }: Scene): Promise<void> => {
  await network.releaseExecutions();
  await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
  assert.equal(deliveredTo(network, taskId), 3);
  assert.equal(network.task(network.requester, taskId).certificate?.signatures.length, 4);
  assert.deepEqual(network.evidence(), []);
};

const commitOf = (
  { taskId, hostile }: Scene,
  { domain = DOMAIN, ...change }: Partial<Commit> & { readonly domain?: Domain } = {},
): Uint8Array => {
  const body: Commit = { taskId, round: 0, seat: 1, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32, ...change };
  const signature = secp256k1.sign(digestOf(domain, COMMIT, body), hostile.persona.secretKey);
  return encodeSeatMessage({ type: 'commit', commit: { body, signature } });
};

const voteOf = ({ taskId, hostile }: Scene, change: Partial<ResultStatement>): Uint8Array => {
  const roots = { lockRoot: ZERO_BYTES32, resultDigest: ZERO_BYTES32 };
  const body: ResultStatement = { taskId, round: 0, epoch: 1n, seatCount: 4, ...roots, ...change };
  const signature = secp256k1.sign(digestOf(DOMAIN, RESULT_STATEMENT, body), hostile.persona.secretKey);
  return encodeSeatMessage({ type: 'vote', seat: 1, canonicalSeat: 1, statement: { body, signature } });
};

const revealOf = (
  { taskId, hostile }: Scene,
  output: Uint8Array,
  claimed: Uint8Array,
  statementBytes = 64,
): Uint8Array => {
  const hashes = { lockRoot: ZERO_BYTES32, resultHash: resultHashOf(claimed), salt: ZERO_BYTES32 };
  const body = { taskId, round: 0, seat: 1, ...hashes, execMs: 1 };
  const signature = secp256k1.sign(digestOf(DOMAIN, REVEAL, body), hostile.persona.secretKey);
  const statementSignature = new Uint8Array(statementBytes);
  return encodeSeatMessage({ type: 'reveal', reveal: { body, signature }, output, statementSignature });
};

/** A commit that was signed for another task, sent as if it were for this one. */
const transplanted = (scene: Scene): Uint8Array => {
  const { taskId, hostile } = scene;
  const body: Commit = { taskId, round: 0, seat: 1, commitHash: ZERO_BYTES32, blindShare: ZERO_BYTES32 };
  const signed = digestOf(DOMAIN, COMMIT, { ...body, taskId: ZERO_BYTES32 as string as TaskId });
  const signature = secp256k1.sign(signed, hostile.persona.secretKey);
  return encodeSeatMessage({ type: 'commit', commit: { body, signature } });
};

describe('a frame on a committee stream is counted and dropped', () => {
  const cases: readonly (readonly [what: string, code: string, frame: (scene: Scene) => Uint8Array])[] = [
    ['that is garbage', 'BAD_ENCODING', () => GARBAGE],
    ['that is empty', 'BAD_ENCODING', () => new Uint8Array(0)],
    ['of a seat that does not exist', 'NOT_A_SEAT', (scene) => commitOf(scene, { seat: 9 })],
    ['signed by another seat than it names', 'BAD_SIGNATURE', (scene) => commitOf(scene, { seat: 2 })],
    ['replayed from another chain', 'BAD_SIGNATURE', (scene) => commitOf(scene, { domain: OTHER_CHAIN })],
    ['replayed from another contract', 'BAD_SIGNATURE', (scene) => commitOf(scene, { domain: OTHER_CONTRACT })],
    ['replayed from another task', 'BAD_SIGNATURE', transplanted],
    ['of another round', 'UNKNOWN_TASK', (scene) => commitOf(scene, { round: 1 })],
    ['of another epoch', 'MALFORMED', (scene) => voteOf(scene, { epoch: 2n })],
    ['of a committee of another size', 'MALFORMED', (scene) => voteOf(scene, { seatCount: 5 })],
    ['whose output is not what it signs', 'BAD_HASH', (scene) => revealOf(scene, GARBAGE, Uint8Array.of(1))],
    ['without its statement', 'MALFORMED', (scene) => revealOf(scene, GARBAGE, GARBAGE, 0)],
  ];
  for (const [what, code, frame] of cases) {
    it(`${what}: ${code}`, async () => {
      const scene = await createScene();
      await sendTo(scene, scene.target, [COMMITTEE_PROTOCOL, frame(scene)]);
      assert.equal(scene.target.meter.total('mlb_rejections_total'), 1);
      assert.equal(scene.target.meter.total('mlb_rejections_total', { source: 'seat', code }), 1);
      assert.ok(
        scene.target
          .engine()
          .task(scene.taskId)
          ?.round?.commits.every(({ length }) => length === 0),
      );
      await assertGoesOn(scene);
    });
  }

  it('that is larger than a frame may be does not leave', async () => {
    const scene = await createScene();
    const tooLarge = sendTo(scene, scene.target, [COMMITTEE_PROTOCOL, new Uint8Array(MAX_STREAM_FRAME_BYTES + 1)]);
    await assert.rejects(tooLarge, (error) => error instanceof NetworkError && error.code === 'FRAME_TOO_LARGE');
    await assertGoesOn(scene);
  });

  it('of a task nobody ordered, however many there are: they are forgotten within bounds', async () => {
    const scene = await createScene();
    const body = { round: 0, seat: 0, lockRoot: ZERO_BYTES32, resultHash: ZERO_BYTES32, salt: ZERO_BYTES32, execMs: 0 };
    const output = new Uint8Array(60_000);
    for (let i = 0; i < 100; i += 1) {
      const taskId = `0x${i.toString(16).padStart(64, '0')}` as TaskId;
      const reveal = { body: { taskId, ...body }, signature: new Uint8Array(64) };
      const frame = encodeSeatMessage({ type: 'reveal', reveal, output, statementSignature: new Uint8Array(64) });
      await sendTo(scene, scene.target, [COMMITTEE_PROTOCOL, frame]);
    }
    assert.ok(scene.target.meter.total('mlb_dropped_total', { queue: 'parked-frames' }) > 20);
    await assertGoesOn(scene);
  });
});

describe('gossip is counted and not passed on', () => {
  for (const topic of ['order', 'certificate', 'evidence'] as const satisfies readonly TopicKind[]) {
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
    const body = { ...order.body, nonce: order.body.nonce + 1n };
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
    ['is of another round', 'UNKNOWN_TASK', (c) => ({ ...c, statement: { ...c.statement, round: 1 } })],
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

describe('a delivery to the requester is counted and dropped', () => {
  const cases: readonly (readonly [string, string, (delivered: Parameters<typeof encodeDelivery>[0]) => Uint8Array])[] =
    [
      ['when it is garbage', 'BAD_ENCODING', () => GARBAGE],
      [
        'when its output is not the agreed one',
        'BAD_OUTPUT',
        (delivered) => encodeDelivery({ ...delivered, output: GARBAGE }),
      ],
      [
        'when its blind does not open the digest',
        'BAD_OUTPUT',
        (delivered) => encodeDelivery({ ...delivered, blind: ZERO_BYTES32 }),
      ],
      [
        'when its certificate is forged',
        'BAD_SIGNATURE',
        ({ certificate, ...rest }) => {
          const statement = { ...certificate.statement, resultDigest: ZERO_BYTES32 };
          return encodeDelivery({ ...rest, certificate: { ...certificate, statement } });
        },
      ],
      [
        'when it is of a task that was not ordered here',
        'UNKNOWN_TASK',
        ({ certificate, ...rest }) => {
          const statement = { ...certificate.statement, taskId: ZERO_BYTES32 as string as TaskId };
          return encodeDelivery({ ...rest, certificate: { ...certificate, statement } });
        },
      ],
    ];
  for (const [what, code, forge] of cases) {
    it(`${what}: ${code}`, async () => {
      const twin = await createTestNetwork();
      const taskId = await twin.submit();
      await twin.mine(2);
      await twin.until('delivered', () => twin.task(twin.requester, taskId).delivery !== undefined);
      const { delivery } = twin.task(twin.requester, taskId);
      const scene = await createScene();
      const { requester } = scene.network;
      assert.ok(delivery !== undefined);
      await sendTo(scene, requester, [DELIVERY_PROTOCOL, forge(delivery)]);
      assert.equal(requester.meter.total('mlb_rejections_total', { source: 'delivery', code }), 1);
      assert.equal(deliveredTo(scene.network, taskId), undefined);
      await assertGoesOn(scene);
    });
  }
});
