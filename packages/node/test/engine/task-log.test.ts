import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTaskLog, type TaskLog } from '../../src/engine/task-log.ts';
import type { StoreWrite } from '../../src/port/store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createTestNetwork } from './network.ts';
import { isCertifiedAt } from './outcome.ts';

/** A store with the records of one agreed task. */
const writeTask = async () => {
  const network = await createTestNetwork();
  const taskId = await network.submit();
  await network.mine(2);
  await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
  const [seat] = network.seats(taskId);
  if (seat === undefined) throw new Error('nobody was drawn');
  const { store } = seat.life().deps;
  const writes: StoreWrite[] = [];
  for await (const [key, value] of store.list('task/')) writes.push({ key, value });
  return { taskId, writes };
};

const logOf = async (writes: readonly StoreWrite[]): Promise<TaskLog> => {
  const store = createMemoryStore();
  await store.write(writes, { sync: false });
  return createTaskLog(store);
};

describe('the task log', () => {
  it('reads back result, own messages and certificate of each round', async () => {
    const { taskId, writes } = await writeTask();
    const logged = await (await logOf(writes)).read(taskId);
    const round = logged?.rounds.get(0);
    assert.deepEqual(round?.signed.map(({ type }) => type).sort(), ['commit', 'reveal']);
    assert.ok(round?.result !== undefined && round.certificate !== undefined);
    assert.deepEqual([...(logged?.rounds.keys() ?? [])], [0]);
  });

  it('takes the records of a daemon that knew no later rounds for those of round 0', async () => {
    const { taskId, writes } = await writeTask();
    const old = writes.map(({ key, value }) => ({ key: key.replace('/0/', '/'), value }));
    assert.deepEqual(await (await logOf(old)).read(taskId), await (await logOf(writes)).read(taskId));
  });

  it('forgets a task with all its rounds', async () => {
    const { taskId, writes } = await writeTask();
    const log = await logOf(writes);
    await log.forget(taskId);
    assert.equal(await log.read(taskId), undefined);
    assert.deepEqual(await log.load(), []);
  });
});
