import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  COMMIT,
  COMMITTEE_PROTOCOL,
  type Commit,
  type Domain,
  digestOf,
  encodeSeatMessage,
  MAX_STREAM_FRAME_BYTES,
  RESULT_STATEMENT,
  REVEAL,
  type ResultStatement,
  resultHashOf,
  type TaskId,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { NetworkError } from '../../src/network/network-error.ts';
import { DOMAIN, secp256k1 } from './cast.ts';
import { assertGoesOn, createScene, GARBAGE, OTHER_CHAIN, OTHER_CONTRACT, type Scene, sendTo } from './scene.ts';

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
    ['of a round that no task has', 'UNKNOWN_TASK', (scene) => commitOf(scene, { round: 3 })],
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
          ?.machine?.state.rounds.get(0)
          ?.state.commits.every(({ length }) => length === 0),
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
