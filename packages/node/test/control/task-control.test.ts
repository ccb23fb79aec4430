import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseReceiptJson, type TaskId, verifyReceipt } from '@mlb/protocol';
import { ControlError } from '../../src/api/control-error.ts';
import type { TaskControl, TaskSubmission } from '../../src/api/daemon.ts';
import { createAdmittedModels } from '../../src/control/admitted-models.ts';
import { createTaskControl } from '../../src/control/task-control.ts';
import { PARAMS, secp256k1 } from '../engine/cast.ts';
import { createTestNetwork, type TestNetwork } from '../engine/network.ts';
import type { TestNode } from '../engine/test-node.ts';

const signal = new AbortController().signal;

const controlOf = ({ requester }: TestNetwork, node: TestNode): TaskControl => {
  const { deps, engine } = node.life();
  const { address, secretKey } = requester.persona;
  const admitted = createAdmittedModels(deps.models);
  return createTaskControl({
    deps,
    engine,
    admitted,
    requesterKey: async () => ({ address, secretKey }),
    defaultDeadlineSec: 60,
  });
};

const submissionOf = (change: Partial<TaskSubmission> & { readonly dims?: readonly number[] } = {}): TaskSubmission => {
  const { dims = [1], ...rest } = change;
  const count = dims.reduce((product, dim) => product * dim, 1);
  const bytes = new Uint8Array(Float32Array.from({ length: count }, () => 1.5).buffer);
  const unset = { redundancy: undefined, maxFeeWei: undefined, tipPerSeatWei: undefined, deadlineInSec: undefined };
  return {
    ...unset,
    account: undefined,
    model: 'exact',
    inputs: [{ name: 'x', type: 'float32', dims, bytes }],
    ...rest,
  };
};

const submit = async (network: TestNetwork, submission = submissionOf()): Promise<TaskId> => {
  const submitted = controlOf(network, network.requester).submit(submission, signal);
  await network.run(100);
  return (await submitted).taskId as TaskId;
};

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ControlError, String(error));
    return error.code;
  }
  throw new Error('it was not refused');
};

describe('submitting a task', () => {
  const cases: readonly (readonly [what: string, code: string, change: Parameters<typeof submissionOf>[0]])[] = [
    ['of an unknown model', 'MODEL_UNKNOWN', { model: 'nobody' }],
    ['with an input of the wrong shape', 'BAD_INPUT', { dims: [2, 2] }],
    [
      'with a name the model does not have',
      'BAD_INPUT',
      { inputs: [{ name: 'z', type: 'float32', dims: [1], bytes: new Uint8Array(4) }] },
    ],
    ['that costs more than the escrow holds', 'NOT_ENOUGH_ESCROW', { maxFeeWei: String(10n ** 30n) }],
    ['for less than the quote', 'BAD_INPUT', { maxFeeWei: '1' }],
    ['to two seats', 'BAD_INPUT', { redundancy: 2 }],
  ];
  for (const [what, code, change] of cases) {
    it(`${what} is refused with ${code}`, async () => {
      const network = await createTestNetwork();
      assert.equal(await codeOf(controlOf(network, network.requester).submit(submissionOf(change), signal)), code);
      assert.deepEqual([...network.requester.engine().tasks()], []);
    });
  }

  it('once more than may be open is refused with OVERLOADED', async () => {
    const network = await createTestNetwork();
    for (let open = 0; open < PARAMS.maxOpenOrdersPerRequester; open += 1) await submit(network);
    assert.equal(await codeOf(controlOf(network, network.requester).submit(submissionOf(), signal)), 'OVERLOADED');
  });

  it('on a full disk is refused with DISK_FULL, reserves nothing, and works when there is space', async () => {
    const network = await createTestNetwork();
    const { mortality } = network.requester.life();
    mortality.fillDisk(true);
    assert.equal(await codeOf(controlOf(network, network.requester).submit(submissionOf(), signal)), 'DISK_FULL');
    mortality.fillDisk(false);
    const message = await network.order();
    mortality.fillDisk(true);
    await assert.rejects(network.requester.engine().submit(message), { code: 'STORE_FULL' });
    assert.equal(network.requester.engine().reservedWei(network.requester.persona.address), 0n);
    mortality.fillDisk(false);
    await submit(network);
  });

  it('while the daemon shuts down is refused with SHUTTING_DOWN', async () => {
    const network = await createTestNetwork();
    await network.requester.engine().drain(signal);
    assert.equal(await codeOf(controlOf(network, network.requester).submit(submissionOf(), signal)), 'SHUTTING_DOWN');
  });
});

describe('waiting for a task', () => {
  it('ends at the requester when the output is there, and elsewhere when it is agreed', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    const waits = [network.requester, ...network.operators].map((node) =>
      controlOf(network, node).waitFor(taskId, 'agreed', signal),
    );
    await network.mine(2);
    await network.run(3000);
    for (const { state } of await Promise.all(waits)) assert.equal(state, 'agreed');
    const [y] = await controlOf(network, network.requester).output(taskId);
    assert.deepEqual(new Float32Array(y?.bytes.slice().buffer ?? new ArrayBuffer(0)), Float32Array.of(3));
  });

  it('ends with refundable when there was no quorum', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await submit(network);
    const waiting = controlOf(network, network.requester).waitFor(taskId, 'settled', signal);
    await network.mine(2);
    for (const seat of network.seats(taskId)) seat.behave('failing');
    await network.releaseExecutions();
    await network.until('failed', () => network.task(network.requester, taskId).phase === 'failed');
    assert.equal((await waiting).state, 'refundable');
  });

  it('for settlement ends when the batch is past the challenge window, not before', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    await network.mine(2);
    await network.run(5000);
    let state: string | undefined;
    const waiting = controlOf(network, network.requester)
      .waitFor(taskId, 'settled', signal)
      .then((view) => {
        state = view.state;
      });
    await network.mine(1, [network.batchOf(taskId)]);
    assert.equal(state, undefined);
    assert.equal((await controlOf(network, network.requester).show(taskId)).state, 'agreed');
    await network.run(PARAMS.challengeWindowSec * 1000 + 1000);
    await network.mine();
    await waiting;
    assert.equal(state, 'settled');
  });

  it('stops with the reason of its signal', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    const patience = new AbortController();
    const waiting = controlOf(network, network.requester).waitFor(taskId, 'agreed', patience.signal);
    patience.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
  });
});

describe('the receipt of a task', () => {
  it('verifies offline, also when the chain view has let go of the seed block', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    await network.mine(2);
    await network.run(5000);
    const { deps } = network.requester.life();
    const control = createTaskControl({
      deps: { ...deps, chain: { ...deps.chain, blockHash: () => undefined, block: () => undefined } },
      engine: network.requester.engine(),
      admitted: createAdmittedModels(deps.models),
      requesterKey: () => Promise.reject(new Error('nothing is ordered here')),
      defaultDeadlineSec: 60,
    });
    const report = verifyReceipt(parseReceiptJson(await control.receipt(taskId)), secp256k1);
    assert.deepEqual(
      report.checks.filter(({ ok }) => !ok),
      [],
    );
  });

  it('and its output are NOT_READY before it is agreed, and at a peer that did not order it', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    const control = controlOf(network, network.requester);
    assert.equal(await codeOf(control.output(taskId)), 'NOT_READY');
    assert.equal(await codeOf(control.receipt(taskId)), 'NOT_READY');
    await network.mine(2);
    await network.run(5000);
    const [stranger] = network.operators as [TestNode];
    assert.equal(await codeOf(controlOf(network, stranger).output(taskId)), 'NOT_READY');
  });

  it('is NOT_READY, not a defect, while no attester gives the leaves of its batch', async () => {
    const network = await createTestNetwork();
    const taskId = await submit(network);
    await network.mine(2);
    await network.run(5000);
    await network.mine(1, [network.batchOf(taskId)]);
    assert.equal(await codeOf(controlOf(network, network.requester).receipt(taskId)), 'NOT_READY');
  });

  it('of an unknown task is TASK_UNKNOWN', async () => {
    const network = await createTestNetwork();
    const unknown = `0x${'12'.repeat(32)}` as TaskId;
    assert.equal(await codeOf(controlOf(network, network.requester).receipt(unknown)), 'TASK_UNKNOWN');
  });
});
