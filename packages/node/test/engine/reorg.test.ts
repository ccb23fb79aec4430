import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt } from './outcome.ts';
import type { TestNode } from './test-node.ts';

const names = (nodes: readonly { readonly name: string }[]): string => nodes.map(({ name }) => name).join(' ');

describe('a reorg', () => {
  it('of the seed block before anybody signed draws another committee, which agrees', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const before = names(network.seats(taskId));
    await network.reorg(1);
    const after = names(network.seats(taskId));
    assert.notEqual(after, before);
    await network.releaseExecutions();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.equal(deliveredTo(network, taskId), 3);
    const signers = network.frames.filter(({ message }) => message.type === 'commit').map(({ from }) => from);
    assert.ok(
      signers.every((name) => after.includes(name)),
      'only the new committee has committed',
    );
    assert.deepEqual(network.contradictions(), []);
  });

  it('of the seed block in the middle of a round makes nobody sign twice, and the task ends agreed or refunded', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    // One silent seat keeps the others waiting after their commits.
    network.seats(taskId)[0]?.behave('silent');
    await network.releaseExecutions();
    await network.run(500);
    for (const node of network.operators) node.behave('honest');
    await network.reorg(1);
    await network.run(15_000);
    await network.run(60_000);
    await network.mine();
    const phases = new Set(network.nodes.map((node) => network.task(node, taskId).phase));
    assert.deepEqual([...phases], ['refunded']);
    const refusals = network.operators.map(({ meter }) => meter.total('mlb_guard_refusals_total'));
    assert.ok(
      refusals.some((count) => count > 0),
      'a seat of both committees was stopped by its guard',
    );
    assert.deepEqual(network.contradictions(), []);
    assert.deepEqual(network.evidence(), []);
  });

  it('of the seed block after agreement takes back a certificate that no batch could hold', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit();
    await network.mine(2);
    await network.until('settleable', () => network.nodes.every((n) => network.task(n, taskId).phase === 'settleable'));
    const seedBlock = network.task(network.requester, taskId).seating?.seedBlock.number ?? 0n;
    await network.reorg(Number(network.chain.head().number - seedBlock) + 1);
    assert.ok(network.nodes.every((node) => network.task(node, taskId).certificate === undefined));
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'seeded'));
    await network.run(15_000);
    assert.ok(network.nodes.every(({ log }) => log.said('a task could not go on').length === 0));
    assert.deepEqual(network.contradictions(), []);
    assert.deepEqual(network.evidence(), []);
    await network.run(60_000);
    await network.mine();
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'refunded'));
  });

  it('of the seed block after agreement lets a committee of others agree again, and everybody hear of it', async () => {
    const network = await createTestNetwork({ operators: 12 });
    const taskId = await network.submit({ redundancy: 3 });
    await network.mine(2);
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    const before = network.seats(taskId);
    network.holdExecutions();
    for (let forks = 0; forks < 20; forks += 1) {
      await network.reorg(1, 1);
      if (network.seats(taskId).every((seat) => !before.includes(seat))) break;
    }
    await network.releaseExecutions();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.equal(deliveredTo(network, taskId), 3);
    assert.deepEqual(network.contradictions(), []);
  });

  it('while a seat is down makes what it had signed for its old seat worthless, and accuses nobody', async () => {
    const network = await createTestNetwork({ operators: 12 });
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    const before = network.seats(taskId);
    const victim = network.seats(taskId)[1] as TestNode;
    victim.life().mortality.dieAfterWrite(({ key }) => key.endsWith('/signed-commit'));
    network.seats(taskId)[0]?.behave('silent');
    await network.releaseExecutions();
    await network.until('crashed', () => victim.life().mortality.isDead());
    victim.crash();
    for (const node of network.operators) node.behave('honest');
    network.holdExecutions();
    // Until the victim sits elsewhere, and somebody who is free to commit has the seat that it has signed for.
    const isFit = (): boolean => {
      const seats = network.seats(taskId);
      return seats.includes(victim) && !before.includes(seats[1] as TestNode);
    };
    for (let forks = 0; forks < 50 && !isFit(); forks += 1) {
      await network.reorg(1, 1);
    }
    assert.ok(isFit());
    await victim.start();
    await network.releaseExecutions();
    await network.run(15_000);
    assert.deepEqual(network.contradictions(), []);
    assert.deepEqual(network.evidence(), []);
    for (const { log } of network.nodes) assert.deepEqual(log.said('a task could not go on'), []);
  });

  it('above the seed block changes nothing', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(5);
    const before = names(network.seats(taskId));
    await network.reorg(3);
    assert.equal(names(network.seats(taskId)), before);
    await network.releaseExecutions();
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
  });

  it('of the anchor fails an order that can never be settled any more', async () => {
    const network = await createTestNetwork();
    network.holdExecutions();
    const taskId = await network.submit();
    await network.mine(2);
    await network.reorg(3, 5);
    await network.releaseExecutions();
    await network.run(1000);
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'failed'));
    assert.deepEqual(network.frames, []);
  });
});
