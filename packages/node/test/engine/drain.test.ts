import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestNetwork } from './network.ts';
import { isCertifiedAt, signersOf } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
};

describe('drain', () => {
  it('lets the round of a seat end and its certificate be told', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const seat = network.seats(taskId)[3] as TestNode;
    const drained = seat.engine().drain(new AbortController().signal);
    await network.run(1000);
    assert.equal(await isSettled(drained), false);
    await network.releaseExecutions();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    await network.run(1000);
    assert.equal(await isSettled(drained), true);
    assert.ok(signersOf(network, taskId).includes(seat));
    await seat.engine().stop();
  });

  it('takes no new order, and serves the seats of those it has where nobody can stand in', async () => {
    const network = await createTestNetwork();
    const waiting = await network.submit();
    const drained = network.operators.map((node) => node.engine().drain(new AbortController().signal));
    const requester = network.requester.engine().drain(new AbortController().signal);
    assert.deepEqual(await network.requester.engine().submit(await network.order()), {
      refused: 'SHUTTING_DOWN',
      verdict: 'ignore',
    });
    assert.equal(await isSettled(drained[0] as Promise<void>), false);
    await network.mine(2);
    // Six operators: not two a seat, so there are no substitutes.
    await network.until('agreed', () => isCertifiedAt(network, waiting, network.nodes));
    await network.run(1000);
    await Promise.all([...drained, requester]);
    assert.equal(signersOf(network, waiting).length, 4);
  });

  it('ends when its deadline comes, whatever still runs', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const deadline = new AbortController();
    const drained = (network.seats(taskId)[0] as TestNode).engine().drain(deadline.signal);
    await network.run(500);
    assert.equal(await isSettled(drained), false);
    deadline.abort();
    await drained;
  });

  it('ends at once at a node that holds no seat', async () => {
    const network = await createTestNetwork();
    await network.requester.engine().drain(new AbortController().signal);
  });
});
