import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoreWrite } from '../../src/port/store.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const endsWith =
  (end: string) =>
  ({ key }: StoreWrite): boolean =>
    key.endsWith(end);

/** Nobody said two things, nobody could be accused. */
const assertHonest = (network: TestNetwork): void => {
  assert.deepEqual(network.contradictions(), []);
  assert.deepEqual(network.evidence(), []);
  assert.ok(network.nodes.every(({ log }) => log.said('a task could not go on').length === 0));
};

describe('a seat that crashes', () => {
  const points: readonly {
    readonly when: string;
    readonly isTolerant: boolean;
    readonly matches: (w: StoreWrite) => boolean;
  }[] = [false, true].flatMap((isTolerant) => [
    { when: 'with its result on disk and nothing signed', isTolerant, matches: endsWith('/result') },
    {
      when: 'between the guard and its commit',
      isTolerant,
      matches: ({ key }: StoreWrite) => key.startsWith('guard/log/'),
    },
    { when: 'with its commit signed and not sent', isTolerant, matches: endsWith('/signed-commit') },
    { when: 'with its reveal signed and not sent', isTolerant, matches: endsWith('/signed-reveal') },
    { when: 'with its certificate on disk', isTolerant, matches: endsWith('/certificate') },
    ...(isTolerant
      ? [{ when: 'with its vote signed and not sent', isTolerant, matches: endsWith('/signed-vote') }]
      : []),
  ]);
  for (const { when, isTolerant, matches } of points) {
    it(`${when} (${isTolerant ? 'tolerance' : 'exact'}) signs nothing twice after its restart, and the task is agreed`, async () => {
      const network = await createTestNetwork();
      network.holdExecutions();
      const taskId = await network.submit({ isTolerant });
      await network.mine(2);
      const victim = network.seats(taskId)[1] as TestNode;
      victim.life().mortality.dieAfterWrite(matches);
      await network.releaseExecutions();
      await network.until('crashed', () => victim.life().mortality.isDead());
      victim.crash();
      await network.run(500);
      await victim.start();
      await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
      assert.equal(deliveredTo(network, taskId), 3);
      assertHonest(network);
    });
  }

  it('after its lock vote, in a committee that cannot do without it, votes the same again; what it had heard is lost, and the next round agrees', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    network.seats(taskId)[0]?.behave('silent');
    const victim = network.seats(taskId)[1] as TestNode;
    victim.life().mortality.dieAfterWrite(endsWith('/signed-lock-vote'));
    await network.releaseExecutions();
    await network.until('crashed', () => victim.life().mortality.isDead());
    victim.crash();
    await network.run(500);
    await victim.start();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    const votes = network.frames.filter(
      ({ from, message }) => from === victim.name && message.type === 'lock-vote' && message.lockVote.body.round === 0,
    );
    assert.ok(votes.length > 0);
    assert.equal(network.task(network.requester, taskId).certificate?.statement.round, 1);
    assertHonest(network);
  });

  it('and stays away costs the others the grace time, and learns of the batch when it is back', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const victim = network.seats(taskId)[1] as TestNode;
    victim.life().mortality.dieAfterWrite(endsWith('/signed-commit'));
    await network.releaseExecutions();
    await network.until('crashed', () => victim.life().mortality.isDead());
    victim.crash();
    const others = network.nodes.filter((node) => node !== victim);
    await network.until('settleable', () => others.every((n) => network.task(n, taskId).phase === 'settleable'));
    await network.mine(1, [network.batchOf(taskId)]);
    await network.run(10_000);
    await network.mine();
    await victim.start();
    await network.settle();
    assert.equal(network.task(victim, taskId).phase, 'settled');
    await network.run(15_000);
    assert.equal(network.task(victim, taskId).phase, 'settled');
    assertHonest(network);
  });
});

describe('a power cut', () => {
  const points: readonly (readonly [when: string, matches: (write: StoreWrite) => boolean])[] = [
    ['with its result on disk and nothing signed', endsWith('/result')],
    ['between the guard and its commit', ({ key }) => key.startsWith('guard/log/')],
    ['with its commit signed and not sent', endsWith('/signed-commit')],
    ['with its reveal signed and not sent', endsWith('/signed-reveal')],
  ];
  for (const [when, matches] of points) {
    it(`that stops every seat ${when} ends agreed, with nothing signed twice`, async () => {
      const network = await createTestNetwork();
      network.holdExecutions();
      const taskId = await network.submit();
      await network.mine(2);
      const seats = network.seats(taskId);
      for (const seat of seats) seat.life().mortality.dieAfterWrite(matches);
      await network.releaseExecutions();
      await network.until('dark', () => seats.every((seat) => seat.life().mortality.isDead()));
      for (const seat of seats) seat.crash();
      for (const seat of seats) {
        await network.run(700);
        await seat.start();
      }
      await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
      assert.equal(deliveredTo(network, taskId), 3);
      assertHonest(network);
    });
  }

  it('of the whole network before the seed block loses no order', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    for (const node of network.nodes) node.crash();
    for (const node of network.nodes) await node.start();
    await network.mine(2);
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.equal(deliveredTo(network, taskId), 3);
    assertHonest(network);
  });
});

describe('a requester that crashes', () => {
  it('gets its output when it is back, before its order ends', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    network.requester.crash();
    await network.mine(2);
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.operators));
    await network.run(5000);
    await network.requester.start();
    await network.until('delivered', () => deliveredTo(network, taskId) !== undefined);
    assert.equal(deliveredTo(network, taskId), 3);
    assert.ok(isCertifiedAt(network, taskId, [network.requester]));
  });

  it('keeps its result, and its nonces, over a restart', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    await network.mine(2);
    await network.until('agreed', () => deliveredTo(network, taskId) !== undefined);
    network.requester.crash();
    await network.requester.start();
    await network.settle();
    assert.equal(deliveredTo(network, taskId), 3);
    assert.equal(network.task(network.requester, taskId).phase, 'agreed');
    const next = await network.submit();
    assert.notEqual(next, taskId);
    const nonceOf = (id: typeof taskId): bigint => network.task(network.requester, id).order.order.body.nonce;
    assert.equal(nonceOf(next), nonceOf(taskId) + 1n);
  });

  it('still sees a failed order as failed after a restart, and holds its money until the deadline', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    for (const seat of network.seats(taskId)) seat.behave('failing');
    await network.releaseExecutions();
    await network.until('failed', () => network.nodes.every((n) => network.task(n, taskId).phase === 'failed'));
    const executions = network.operators.map(({ meter }) => meter.total('mlb_executions_total'));
    for (const node of network.nodes) node.crash();
    for (const node of network.nodes) await node.start();
    await network.run(1000);
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'failed'));
    assert.deepEqual(
      network.operators.map(({ meter }) => meter.total('mlb_executions_total')),
      executions,
    );
    const { address } = network.requester.persona;
    assert.ok(network.requester.engine().reservedWei(address) > 0n);
    await network.run(61_000);
    await network.mine();
    assert.equal(network.requester.engine().reservedWei(address), 0n);
    network.requester.crash();
    await network.requester.start();
    await network.run(15_000);
    assert.equal(network.task(network.requester, taskId).phase, 'refunded');
    assertHonest(network);
  });
});
