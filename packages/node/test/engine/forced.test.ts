import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeOrderMessage, taskIdOf } from '@mlb/protocol';
import { DOMAIN, PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';

/** An order as its requester puts it on chain: nobody gossips it, nobody has signed it. */
const forcedOrder = async (network: TestNetwork) => {
  const { order, inlineInput } = decodeOrderMessage(await network.order());
  const taskId = taskIdOf(DOMAIN, order.body);
  return { type: 'task-forced', taskId, order: order.body, inlineInput } as const;
};

it('an order forced on chain is followed by everybody and agreed, without a signature and without gossip', async () => {
  const network = await createTestNetwork();
  const forced = await forcedOrder(network);
  await network.mine(1, [forced]);
  await network.mine(PARAMS.seedLagBlocks);
  await network.until('settleable', () =>
    network.nodes.every((node) => node.engine().task(forced.taskId)?.phase === 'settleable'),
  );
  assert.equal(network.task(network.requester, forced.taskId).settleable?.certificate.statement.taskId, forced.taskId);
});

it('an order that was forced after its seed block came is not followed: its committee could be chosen', async () => {
  const network = await createTestNetwork();
  const forced = await forcedOrder(network);
  await network.mine(PARAMS.seedLagBlocks + 1);
  await network.mine(1, [forced]);
  assert.ok(network.nodes.every((node) => node.engine().task(forced.taskId) === undefined));
});
