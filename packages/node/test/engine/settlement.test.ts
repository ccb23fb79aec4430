import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TaskId } from '@mlb/protocol';
import type { TaskPhase } from '../../src/engine/task.ts';
import { PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';

const phasesOf = (network: TestNetwork, taskId: TaskId): readonly TaskPhase[] => [
  ...new Set(network.nodes.map((node) => network.task(node, taskId).phase)),
];

const settleableTask = async (network: TestNetwork): Promise<TaskId> => {
  const taskId = await network.submit();
  await network.mine(2);
  await network.until('settleable', () => phasesOf(network, taskId).join() === 'settleable');
  return taskId;
};

const passWindow = async (network: TestNetwork): Promise<void> => {
  await network.run(PARAMS.challengeWindowSec * 1000 + 1000);
  await network.mine();
};

describe('a settleable task', () => {
  it('is posted with its batch, and settled when the challenge window is over', async () => {
    const network = await createTestNetwork();
    const [posted, other] = [await settleableTask(network), await settleableTask(network)];
    await network.mine(1, [network.batchOf(posted)]);
    assert.deepEqual(phasesOf(network, posted), ['posted']);
    assert.deepEqual(phasesOf(network, other), ['settleable']);
    await passWindow(network);
    assert.deepEqual(phasesOf(network, posted), ['settled']);
    assert.equal(network.task(network.requester, posted).settlement?.index, 1n);
  });

  it('frees its reserved escrow when it is posted: the chain has debited what it cost', async () => {
    const network = await createTestNetwork();
    const taskId = await settleableTask(network);
    const { address } = network.requester.persona;
    assert.ok(network.requester.engine().reservedWei(address) > 0n);
    await network.mine(1, [network.batchOf(taskId)]);
    assert.equal(network.requester.engine().reservedWei(address), 0n);
  });

  it('is settleable again when a reorg takes its batch away, also after the window', async () => {
    const network = await createTestNetwork();
    const taskId = await settleableTask(network);
    const batch = network.batchOf(taskId);
    await network.mine(1, [batch]);
    await network.reorg(1);
    assert.deepEqual(phasesOf(network, taskId), ['settleable']);
    await network.mine(1, [batch]);
    await passWindow(network);
    assert.deepEqual(phasesOf(network, taskId), ['settled']);
    await network.reorg(2);
    assert.deepEqual(phasesOf(network, taskId), ['settleable']);
    assert.equal(network.task(network.requester, taskId).settlement, undefined);
  });

  it('is not refunded after its deadline once it is posted, and is when it is not', async () => {
    const network = await createTestNetwork();
    const [posted, forgotten] = [await settleableTask(network), await settleableTask(network)];
    await network.mine(1, [network.batchOf(posted)]);
    await network.run(62_000);
    await network.mine();
    assert.deepEqual(phasesOf(network, posted), ['settled']);
    assert.deepEqual(phasesOf(network, forgotten), ['refunded']);
  });

  it('is settled also at a node that never saw its certificate', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const stranger = network.operators.find((node) => !network.seats(taskId).includes(node));
    stranger?.life().peer.leave();
    await network.releaseExecutions();
    await network.run(5000);
    assert.equal(stranger && network.task(stranger, taskId).certificate, undefined);
    await network.mine(1, [network.batchOf(taskId)]);
    await passWindow(network);
    assert.deepEqual(phasesOf(network, taskId), ['settled']);
  });

  it('is forgotten some minutes after its end by everybody but its requester', async () => {
    const network = await createTestNetwork();
    const taskId = await settleableTask(network);
    await network.mine(1, [network.batchOf(taskId)]);
    await passWindow(network);
    await network.run(11 * 60_000);
    await network.mine();
    assert.deepEqual(
      network.operators.map((node) => node.engine().task(taskId)),
      network.operators.map(() => undefined),
    );
    assert.equal(network.task(network.requester, taskId).phase, 'settled');
    await network.operators[0]?.start();
    assert.equal(network.operators[0]?.engine().task(taskId), undefined, 'its disk has forgotten it too');
  });
});
