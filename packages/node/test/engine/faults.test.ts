import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chargeOf, type TaskId, UNIT_WEI } from '@mlb/protocol';
import { BASE_FEE, FUNDED_UNITS, PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt, signersOf } from './outcome.ts';
import type { TestNode } from './test-node.ts';

/** Submits, draws, holds executions back until the seats are told how to behave. */
const castTask = async (
  network: TestNetwork,
  behave: (seats: readonly TestNode[]) => void,
  request?: Parameters<TestNetwork['submit']>[0],
): Promise<TaskId> => {
  network.holdExecutions();
  const taskId = await network.submit(request);
  await network.mine(2);
  behave(network.seats(taskId));
  await network.releaseExecutions();
  return taskId;
};

const freeUnits = ({ requester }: TestNetwork): bigint => {
  const { view } = requester.life();
  return (
    view.freeEscrowUnits(requester.persona.address) -
    requester.engine().reservedWei(requester.persona.address) / UNIT_WEI
  );
};

describe('a committee with faults', () => {
  for (const behaviour of ['silent', 'failing'] as const) {
    it(`loses the grace time to a ${behaviour} seat, and no more`, async () => {
      const network = await createTestNetwork();
      const startMs = network.clock.nowMs();
      const taskId = await castTask(network, ([first]) => first?.behave(behaviour));
      await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
      const agreedMs = network.task(network.seats(taskId)[1] as TestNode, taskId).times.agreedMs ?? 0;
      assert.ok(agreedMs - startMs >= PARAMS.timing.graceMs);
      assert.ok(agreedMs - startMs < PARAMS.timing.graceMs + 500, `${agreedMs - startMs} ms`);
      assert.equal(signersOf(network, taskId).length, 3);
      assert.equal(deliveredTo(network, taskId), 3);
    });
  }

  it('goes on without a seat whose disk is full, which signs nothing until there is space', async () => {
    const network = await createTestNetwork();
    const taskId = await castTask(network, (seats) => seats[1]?.life().mortality.fillDisk(true));
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    const full = network.seats(taskId)[1] as TestNode;
    assert.ok(!signersOf(network, taskId).includes(full));
    assert.ok(!network.frames.some(({ message }) => message.type === 'commit' && message.commit.body.seat === 1));
    full.life().mortality.fillDisk(false);
    const next = await network.submit({ redundancy: 6 });
    await network.mine(2);
    await network.until('signed by it too', () => signersOf(network, next).includes(full));
  });

  it('outvotes a lying seat, which is not paid', async () => {
    const network = await createTestNetwork();
    const taskId = await castTask(network, (seats) => seats[2]?.behave('lying'));
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    const liar = network.seats(taskId)[2];
    assert.equal(deliveredTo(network, taskId), 3);
    assert.deepEqual(
      signersOf(network, taskId).map(({ name }) => name),
      network
        .seats(taskId)
        .filter((seat) => seat !== liar)
        .map(({ name }) => name),
    );
    assert.equal(liar && network.task(liar, taskId).hasDissented, true);
    const { certificate } = network.task(network.requester, taskId);
    const order = network.task(network.requester, taskId).order.order.body;
    const split = { order, modelPriceWei: UNIT_WEI, baseFee: BASE_FEE, lockedCount: certificate?.locked.length ?? 0 };
    const paid = chargeOf({ ...split, paidCount: certificate?.signatures.length ?? 0 });
    assert.ok(paid.chargeUnits < chargeOf({ ...split, paidCount: 4 }).chargeUnits);
  });

  it('outvotes a lying seat in tolerance mode', async () => {
    const network = await createTestNetwork();
    const taskId = await castTask(network, (seats) => seats[0]?.behave('lying'), { isTolerant: true });
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.equal(deliveredTo(network, taskId), 3);
    assert.ok(!signersOf(network, taskId).includes(network.seats(taskId)[0] as TestNode));
  });

  it('gossips the evidence against an equivocating seat once, and every node counts it once', async () => {
    const network = await createTestNetwork();
    const taskId = await castTask(network, (seats) => seats[1]?.behave('equivocating'));
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    const equivocator = network.seats(taskId)[1];
    assert.equal(deliveredTo(network, taskId), 3);
    const evidence = network.evidence();
    assert.ok(evidence.length > 0);
    for (const { kind, operator } of evidence) {
      assert.equal(kind, 'commit');
      assert.equal(operator, equivocator?.persona.address);
    }
    for (const node of network.nodes) {
      assert.equal(
        network.gossiped.filter(({ from, topic }) => topic === 'evidence' && from === node.name).length <= 1,
        true,
      );
      assert.equal(node.meter.total('mlb_evidence_total', { kind: 'commit' }), 1, node.name);
    }
  });

  it('does not tell again of an operator that equivocates in a second task', async () => {
    const network = await createTestNetwork();
    const first = await castTask(network, (seats) => seats[1]?.behave('equivocating'));
    await network.until('agreed', () => isCertifiedAt(network, first, network.nodes));
    const told = network.evidence().length;
    const second = await castTask(network, () => {}, { redundancy: 6 });
    await network.until('agreed', () => isCertifiedAt(network, second, network.nodes));
    assert.equal(network.evidence().length, told);
    assert.ok(network.nodes.every(({ meter }) => meter.total('mlb_evidence_total') === 1));
  });

  it('refunds after the deadline what a liar and an equivocator in one committee kept from agreement', async () => {
    const network = await createTestNetwork();
    const taskId = await castTask(network, (seats) => {
      seats[0]?.behave('lying');
      seats[3]?.behave('equivocating');
    });
    const order = network.task(network.requester, taskId).order.order.body;
    // The equivocator alone knows its own result, and so a certificate that it keeps to itself.
    const others = network.nodes.filter((node) => node !== network.seats(taskId)[3]);
    await network.until('failed', () => others.every((node) => network.task(node, taskId).phase === 'failed'));
    assert.equal(freeUnits(network), FUNDED_UNITS - order.maxFee / UNIT_WEI);
    await network.run(61_000);
    await network.mine();
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'refunded'));
    assert.equal(freeUnits(network), FUNDED_UNITS);
  });
});
