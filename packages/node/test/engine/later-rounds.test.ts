import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AUDIT_ROUND, type SeatJudgement, type TaskId, UNIT_WEI, unpackFindings } from '@mlb/protocol';
import type { TaskPhase } from '../../src/engine/task.ts';
import { FUNDED_UNITS, PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';
import { deliveredTo } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const TRUE_VALUE = 3;
const FALSE_VALUE = 1000;

const phasesOf = (network: TestNetwork, taskId: TaskId, nodes = network.nodes): readonly TaskPhase[] => [
  ...new Set(nodes.map((node) => network.task(node, taskId).phase)),
];

const untilAll = (network: TestNetwork, taskId: TaskId, phase: TaskPhase, nodes = network.nodes): Promise<void> =>
  network.until(phase, () => nodes.every((node) => network.task(node, taskId).phase === phase));

const roundOf = (network: TestNetwork, node: TestNode, taskId: TaskId): number | undefined =>
  network.task(node, taskId).certificate?.statement.round;

/** What the certified verdict says of each seat of the union, once every node has it. */
const verdictOf = async (network: TestNetwork, taskId: TaskId): Promise<readonly SeatJudgement[]> => {
  const held = () => network.nodes.map((node) => network.task(node, taskId).settleable?.verdict?.verdict);
  await network.until('judged', () => held().every((verdict) => verdict !== undefined));
  const findings = new Set(held().map((verdict) => verdict?.findings ?? 0n));
  assert.equal(findings.size, 1);
  const seatCount = network.task(network.requester, taskId).certificate?.statement.seatCount ?? 0;
  return unpackFindings([...findings][0] ?? 0n, seatCount) ?? [];
};

/** Nobody said two things, nobody could be accused, and no task broke. */
const assertHonest = (network: TestNetwork): void => {
  assert.deepEqual(network.contradictions(), []);
  assert.deepEqual(network.evidence(), []);
  assert.deepEqual(
    network.nodes.flatMap(({ log }) => log.said('a task could not go on')),
    [],
  );
};

/** Submits, draws, holds executions back until the first committee is told how to behave. */
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

describe('a captured first committee', () => {
  for (const isTolerant of [false, true]) {
    it(`is overturned by its one honest seat (${isTolerant ? 'tolerance' : 'exact'} mode)`, async () => {
      const network = await createTestNetwork({ operators: 10 });
      const taskId = await castTask(
        network,
        (seats) => {
          for (const seat of seats.slice(0, 3)) seat.behave('lying');
        },
        { isTolerant },
      );
      await network.until('wrong', () => deliveredTo(network, taskId) === FALSE_VALUE);
      await untilAll(network, taskId, 'disputed');
      for (const node of network.nodes) {
        assert.equal(node.engine().isDisputed(taskId, 0), true, node.name);
        assert.equal(node.meter.total('mlb_disputes_total', { round: '0' }), 1, node.name);
      }
      const overturned = network.task(network.nodes[0] as TestNode, taskId).certificate?.statement;
      assert.equal(overturned?.round, 0);
      await untilAll(network, taskId, 'settleable');
      for (const node of network.nodes) {
        assert.equal(roundOf(network, node, taskId), 1, node.name);
        const settled = network.task(node, taskId).settleable?.certificate.statement;
        // What an attester asks: the certificate of round 0 stays good, and is settled no more.
        assert.equal(overturned && node.engine().isSettleable(taskId, overturned), false, node.name);
        assert.equal(settled && node.engine().isSettleable(taskId, settled), true, node.name);
        assert.equal(network.task(node, taskId).settleable?.certificate.statement.seatCount, 10);
      }
      assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
      assert.deepEqual(await verdictOf(network, taskId), [
        ...Array(3).fill({ finding: 'gross', isOverturnedSigner: true }),
        ...Array(7).fill({ finding: 'agreeing', isOverturnedSigner: false }),
      ]);
      assertHonest(network);
    });
  }

  it('is not believed by a node that learns of the dispute after a restart', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskId = await castTask(network, (seats) => {
      for (const seat of seats.slice(0, 3)) seat.behave('lying');
    });
    await untilAll(network, taskId, 'disputed');
    const stranger = network.operators.find((node) => !network.seats(taskId).includes(node)) as TestNode;
    stranger.crash();
    await stranger.start();
    await network.until('disputed again', () => stranger.engine().isDisputed(taskId, 0));
    await untilAll(network, taskId, 'settleable');
    assert.equal(roundOf(network, stranger, taskId), 1);
    assertHonest(network);
  });
});

describe('a first round without quorum', () => {
  it('of dead seats is followed by one of more seats, which agrees', async () => {
    const network = await createTestNetwork({ operators: 10 });
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const dead = network.seats(taskId).slice(0, 2);
    for (const seat of dead) seat.crash();
    await network.releaseExecutions();
    const alive = network.nodes.filter((node) => !dead.includes(node));
    await untilAll(network, taskId, 'settleable', alive);
    for (const node of alive) assert.equal(roundOf(network, node, taskId), 1, node.name);
    assert.equal(network.task(network.requester, taskId).certificate?.signatures.length, 8);
    assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
    assertHonest(network);
  });

  it('takes place again with whoever was silent: it may execute now', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskId = await castTask(network, (seats) => {
      for (const seat of seats.slice(0, 2)) seat.behave('failing');
    });
    const late = network.seats(taskId).slice(0, 2);
    await network.until('failed', () => late.every(({ meter }) => meter.total('mlb_round_failures_total') === 1));
    for (const seat of late) seat.behave('honest');
    await untilAll(network, taskId, 'settleable');
    assert.equal(network.task(network.requester, taskId).certificate?.signatures.length, 10);
    assertHonest(network);
  });

  it('is refunded when no round has one, and not before the last', async () => {
    const network = await createTestNetwork({ operators: 10 });
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    for (const node of network.operators) node.behave('failing');
    await network.releaseExecutions();
    await network.until('round 1', () => network.task(network.requester, taskId).seatings.has(1));
    assert.deepEqual(phasesOf(network, taskId), ['seeded']);
    await untilAll(network, taskId, 'failed');
    await untilAll(network, taskId, 'refunded');
    const { requester } = network;
    const reservedUnits = requester.engine().reservedWei(requester.persona.address) / UNIT_WEI;
    assert.equal(requester.life().view.freeEscrowUnits(requester.persona.address) - reservedUnits, FUNDED_UNITS);
    assertHonest(network);
  });
});

describe('a seat of a later round that crashes', () => {
  for (const part of ['result', 'signed-commit', 'signed-reveal', 'certificate']) {
    it(`with its ${part} on disk signs nothing twice after its restart`, async () => {
      const network = await createTestNetwork({ operators: 10 });
      const taskId = await castTask(network, (seats) => {
        for (const seat of seats.slice(0, 2)) seat.behave('failing');
      });
      const victim = network.seats(taskId)[3] as TestNode;
      victim.life().mortality.dieAfterWrite(({ key }) => key.endsWith(`/1/${part}`));
      await network.until('crashed', () => victim.life().mortality.isDead());
      victim.crash();
      await network.run(500);
      await victim.start();
      await untilAll(network, taskId, 'settleable');
      assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
      assertHonest(network);
    });
  }
});

describe('a seat whose operator is stopping', () => {
  it('passes to its substitute at once, who is paid in its place', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskId = await network.submit();
    const stopping = network.operators.slice(0, 5);
    const drained = stopping.map((node) => node.engine().drain(new AbortController().signal));
    await network.mine(2);
    await network.until('settleable', () => phasesOf(network, taskId).join() === 'settleable');
    await Promise.all(drained);
    const passed = stopping.filter(({ meter }) => meter.total('mlb_declines_total', { reason: 'draining' }) === 1);
    assert.ok(passed.length > 0);
    const { certificate, settleable } = network.task(network.requester, taskId);
    assert.equal(certificate?.statement.round, 0);
    assert.equal(certificate?.signatures.length, 4);
    assert.equal(settleable?.declines.length, passed.length);
    assert.ok(network.seats(taskId).every((seat) => !passed.includes(seat)));
    assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
    assertHonest(network);
  });

  it('is served by it when its budget is spent', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskIds: TaskId[] = [];
    for (const x of [1, 2, 3, 4]) taskIds.push(await network.submit({ x }));
    const stopping = network.operators.slice(0, 5);
    const drained = stopping.map((node) => node.engine().drain(new AbortController().signal));
    await network.mine(2);
    await network.until('settleable', () => taskIds.every((id) => phasesOf(network, id).join() === 'settleable'));
    await Promise.all(drained);
    for (const { meter, name } of stopping) assert.ok(meter.total('mlb_declines_total') <= 1, name);
    assert.ok(taskIds.some((id) => network.seats(id).some((seat) => stopping.includes(seat))));
    assertHonest(network);
  });
});

describe('a locked seat that does not reveal', () => {
  it('opens the next round, which finds that it withheld', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskId = await castTask(network, (seats) => seats[3]?.behave('withholding'));
    await untilAll(
      network,
      taskId,
      'disputed',
      network.nodes.filter((node) => node !== network.seats(taskId)[3]),
    );
    await untilAll(network, taskId, 'settleable');
    assert.equal(roundOf(network, network.requester, taskId), 1);
    assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
    const findings = (await verdictOf(network, taskId)).map(({ finding }) => finding);
    assert.deepEqual(findings, [...Array(3).fill('agreeing'), 'withheld', ...Array(6).fill('agreeing')]);
    assertHonest(network);
  });
});

describe('an audit', () => {
  /** As much at risk makes it nearly certain. */
  const PRECIOUS = { valueAtRiskWei: 10n ** 30n };

  it('of an honest certificate passes, and travels with it', async () => {
    const network = await createTestNetwork({ operators: 10 });
    const taskId = await network.submit(PRECIOUS);
    await network.mine(2);
    await untilAll(network, taskId, 'settleable');
    for (const node of network.nodes) {
      const { settleable } = network.task(node, taskId);
      assert.equal(settleable?.certificate.statement.round, 0, node.name);
      assert.equal(settleable?.audit?.statement.round, AUDIT_ROUND, node.name);
      assert.equal(node.meter.total('mlb_audits_total'), 1, node.name);
    }
    assertHonest(network);
  });

  it('is due of every certificate that comes when its seed is known', async () => {
    const network = await createTestNetwork({ operators: 10 });
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2 + PARAMS.auditLagBlocks);
    await network.releaseExecutions();
    await untilAll(network, taskId, 'settleable');
    for (const node of network.nodes) {
      assert.equal(network.task(node, taskId).settleable?.audit?.statement.round, AUDIT_ROUND, node.name);
    }
    assertHonest(network);
  });

  it('overturns four that lie as one, in the third round', async () => {
    const network = await createTestNetwork({ operators: 14 });
    const taskId = await castTask(
      network,
      (seats) => {
        for (const seat of seats) seat.behave('lying');
      },
      { ...PRECIOUS, deadlineInSec: 120 },
    );
    await network.until('wrong', () => deliveredTo(network, taskId) === FALSE_VALUE);
    await untilAll(network, taskId, 'settleable');
    assert.equal(roundOf(network, network.requester, taskId), 2);
    assert.equal(deliveredTo(network, taskId), TRUE_VALUE);
    assertHonest(network);
  });
});
