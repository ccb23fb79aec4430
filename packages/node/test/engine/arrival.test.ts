import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMITTEE_PROTOCOL, encodeEnvelope, encodeSeatMessage } from '@mlb/protocol';
import { createTestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt, signersOf } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const signal = new AbortController().signal;

describe('what arrives early', () => {
  it('is used by a seat that sees the seed block after the others have committed', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    const plan = await createTestNetwork();
    await plan.submit();
    await plan.mine(2);
    const late = network.operators.find(({ name }) => name === plan.seats(taskId)[3]?.name) as TestNode;
    late.follow(false);
    await network.mine(2);
    await network.run(500);
    assert.equal(network.task(late, taskId).phase, 'admitted');
    late.follow(true);
    await late.sync();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.equal(signersOf(network, taskId).length, 4);
  });

  it('is judged when the node is there: an order anchored in a block that it has not seen yet', async () => {
    const network = await createTestNetwork();
    const [late] = network.operators as [TestNode];
    late.follow(false);
    await network.mine();
    const taskId = await network.submit({ redundancy: 6 });
    assert.equal(late.engine().task(taskId), undefined);
    late.follow(true);
    await late.sync();
    await network.settle();
    assert.equal(network.task(late, taskId).phase, 'admitted');
    await network.mine(2);
    await network.until('signed by it too', () => signersOf(network, taskId).includes(late));
  });

  it('is ignored when the block that it is anchored in does not come', async () => {
    const network = await createTestNetwork();
    const [late] = network.operators as [TestNode];
    late.follow(false);
    await network.mine();
    const taskId = await network.submit();
    await network.run(5000);
    assert.equal(late.meter.total('mlb_rejections_total', { source: 'order', code: 'UNKNOWN_ANCHOR' }), 1);
    assert.equal(late.engine().task(taskId), undefined);
  });

  it('is delivered to a requester that sees the seed block after the committee has agreed', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    network.requester.follow(false);
    await network.mine(2);
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.operators));
    assert.equal(deliveredTo(network, taskId), undefined);
    network.requester.follow(true);
    await network.requester.sync();
    await network.settle();
    assert.equal(deliveredTo(network, taskId), 3);
    assert.equal(network.task(network.requester, taskId).phase, 'agreed');
  });

  it('is kept until the order comes: commits and the certificate of a task nobody has heard of', async () => {
    // Two networks of the same keys and blocks: what the first one said is valid in the second.
    const [first, second] = [await createTestNetwork(), await createTestNetwork()];
    const taskId = await first.submit();
    await first.mine(2);
    await first.until('agreed', () => isCertifiedAt(first, taskId, first.nodes));
    const certificate = first.gossiped.findLast(({ topic }) => topic === 'certificate')?.message ?? new Uint8Array(0);
    const seat = second.operators.find(({ name }) => name === first.seats(taskId)[0]?.name) as TestNode;
    const stranger = second.stranger();
    await stranger.publishRaw('certificate', encodeEnvelope([certificate]));
    for (const { message } of first.frames) {
      if (message.type !== 'commit' || message.commit.body.seat === 0) continue;
      await stranger.streams.send(seat.life().peer.peerId, COMMITTEE_PROTOCOL, encodeSeatMessage(message), signal);
    }
    second.holdExecutions();
    assert.equal(await second.submit(), taskId);
    await second.mine(2);
    assert.ok(isCertifiedAt(second, taskId, second.nodes));
    assert.deepEqual(
      second
        .task(seat, taskId)
        .machine?.state.rounds.get(0)
        ?.state.commits.map(({ length }) => length),
      [0, 1, 1, 1],
    );
  });
});
