import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCertificate, type TaskId } from '@mlb/protocol';
import { ATOL } from './cast.ts';
import { createTestNetwork } from './network.ts';
import { deliveredTo, isCertifiedAt } from './outcome.ts';

describe('a round over real engines', () => {
  it('agrees on an exact model, delivers the output to the requester, and becomes settleable at every node', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submit({ x: 1.5 });
    await network.mine(2);
    await network.until('settleable', () => network.nodes.every((n) => network.task(n, taskId).phase === 'settleable'));
    assert.equal(deliveredTo(network, taskId), 3);
    assert.deepEqual(network.contradictions(), []);
  });

  it('agrees within the tolerance of a model whose runtimes differ in their last bits', async () => {
    const network = await createTestNetwork({ compute: (x, node) => x + x + node * ATOL * 0.05 });
    const taskId = await network.submit({ x: 1.5, isTolerant: true });
    await network.mine(2);
    await network.until('agreed', () => isCertifiedAt(network, taskId, network.nodes));
    assert.ok(Math.abs((deliveredTo(network, taskId) ?? 0) - 3) < ATOL);
    assert.equal(network.task(network.requester, taskId).certificate?.signatures.length, 4);
  });

  it('does not agree within a tolerance that the runtimes exceed', async () => {
    const network = await createTestNetwork({ compute: (x, node) => x + x + node * ATOL * 2 });
    const taskId = await network.submit({ x: 1.5, isTolerant: true });
    await network.mine(2);
    await network.until('failed', () => network.nodes.every((n) => network.task(n, taskId).phase === 'failed'));
    assert.equal(deliveredTo(network, taskId), undefined);
  });

  it('ends with the same certificate, of all its signers, at seats, strangers and requester', async () => {
    const network = await createTestNetwork({ operators: 7 });
    const taskId = await network.submit();
    await network.mine(2);
    await network.until('settleable', () => network.nodes.every((n) => network.task(n, taskId).phase === 'settleable'));
    const held = network.nodes.map((node) => network.task(node, taskId).certificate);
    const encoded = new Set(
      held.map((certificate) => certificate && Buffer.from(encodeCertificate(certificate)).toString('hex')),
    );
    assert.equal(encoded.size, 1);
    assert.equal(held[0]?.signatures.length, 4);
  });

  it('runs many tasks at once, each by its own committee', async () => {
    const network = await createTestNetwork();
    const taskIds: TaskId[] = [];
    for (const x of [1, 2, 3, 4, 5, 6]) taskIds.push(await network.submit({ x, isTolerant: x > 3 }));
    await network.mine(2);
    await network.until('agreed', () => taskIds.every((taskId) => isCertifiedAt(network, taskId, network.nodes)));
    assert.deepEqual(
      taskIds.map((taskId) => deliveredTo(network, taskId)),
      [2, 4, 6, 8, 10, 12],
    );
    assert.ok(new Set(taskIds.map((taskId) => String(network.seats(taskId).map(({ name }) => name)))).size > 1);
    assert.deepEqual(network.contradictions(), []);
  });
});
