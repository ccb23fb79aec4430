import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TaskId } from '@mlb/protocol';
import { createDeclineBudget } from '../../src/engine/decline-budget.ts';
import { createDeclines, type DeclinesDeps } from '../../src/engine/declines.ts';
import type { OwnNotice } from '../../src/engine/notices.ts';
import type { TaskRecord } from '../../src/engine/task.ts';
import { createWorkload, type Workload } from '../../src/engine/workload.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { EXACT_MODEL, PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';

const DECLINED = { type: 'unseatable', round: 0 } as const;

interface Office {
  readonly network: TestNetwork;
  readonly task: TaskRecord;
  readonly workload: Workload;
  readonly told: readonly OwnNotice[];
  /** Whether the seat was passed on. */
  readonly consider: () => Promise<boolean>;
}

/** The declines of a drawn seat of a real task, which executes nothing. */
const openOffice = async ({
  operators = 10,
  models,
}: {
  readonly operators?: number;
  readonly models?: DeclinesDeps['models'];
} = {}): Promise<Office> => {
  const network = await createTestNetwork({ operators });
  network.holdExecutions();
  const taskId: TaskId = await network.submit();
  await network.mine(2);
  const [seat] = network.seats(taskId);
  if (seat === undefined) throw new Error('nobody was drawn');
  const { deps } = seat.life();
  const task = network.task(seat, taskId);
  const workload = createWorkload();
  const told: OwnNotice[] = [];
  const declines = createDeclines(models === undefined ? deps : { ...deps, models }, {
    ...{ workload, budget: createDeclineBudget(createMemoryStore()), isDraining: () => false },
    signal: new AbortController().signal,
    notices: () => ({
      tell: async (_, own) => {
        told.push(own);
        return DECLINED;
      },
    }),
  });
  return { network, task, workload, told, consider: async () => (await declines.consider(task)) === DECLINED };
};

describe('a drawn seat', () => {
  it('is served by a node that has the model and the time', async () => {
    const { consider, told } = await openOffice();
    assert.equal(await consider(), false);
    assert.deepEqual(told, []);
  });

  it('is passed on when the executions before it would make it late', async () => {
    const { consider, workload, told, task } = await openOffice();
    workload.begin(EXACT_MODEL)(PARAMS.timing.execMs - 1);
    assert.equal(await consider(), false);
    workload.begin(EXACT_MODEL);
    for (let served = 0; served < 10; served += 1) await consider();
    assert.equal(told.length > 0, true);
    const [notice] = told;
    assert.deepEqual(notice?.signed.body, { taskId: task.taskId, round: 0, seat: 0 });
  });

  it('is passed on within 300 ms when the model is not here', async () => {
    const { consider, network } = await openOffice({
      models: { holds: () => false, load: () => new Promise(() => {}) },
    });
    const considered = consider();
    await network.run(250);
    assert.equal(await considered, true);
  });

  it('is served when there is nobody to pass it on to', async () => {
    const { consider } = await openOffice({
      operators: 6,
      models: { holds: () => false, load: () => Promise.reject(new Error('gone')) },
    });
    assert.equal(await consider(), false);
  });
});
