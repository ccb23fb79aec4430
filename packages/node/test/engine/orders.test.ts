import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEnvelope, UNIT_WEI } from '@mlb/protocol';
import { cidOfDigest } from '../../src/content/cid.ts';
import { FUNDED_UNITS, PARAMS } from './cast.ts';
import { createTestNetwork, type TestNetwork } from './network.ts';

const FUNDED_WEI = FUNDED_UNITS * UNIT_WEI;

/** The code of the requester's own node, and those that the others counted for the same order from gossip. */
const refusalOf = async (network: TestNetwork, message: Uint8Array): Promise<readonly [string, readonly string[]]> => {
  const submitted = await network.requester.engine().submit(message);
  const own = 'refused' in submitted ? submitted.refused : 'ADMITTED';
  await network.stranger().publishRaw('order', encodeEnvelope([message]));
  await network.settle();
  const counted = network.operators.map(({ meter }) =>
    meter.total('mlb_rejections_total', { source: 'order', code: own }) === 1 ? own : 'not counted',
  );
  return [own, [...new Set(counted)]];
};

describe('an order is refused by its requester and by everybody', () => {
  const cases: readonly {
    readonly what: string;
    readonly code: string;
    readonly prepare: (network: TestNetwork) => Promise<Uint8Array>;
  }[] = [
    {
      what: 'costs more than the escrow holds',
      code: 'NO_FUNDS',
      prepare: (network) => network.order({ maxFeeWei: FUNDED_WEI + UNIT_WEI }),
    },
    {
      what: 'costs more than other open orders have left',
      code: 'NO_FUNDS',
      prepare: async (network) => {
        await network.submit({ maxFeeWei: FUNDED_WEI - UNIT_WEI });
        return network.order();
      },
    },
    { what: 'pays less than the quote', code: 'FEE_TOO_LOW', prepare: (network) => network.order({ maxFeeWei: 1n }) },
    {
      what: 'is one more than a requester may have open',
      code: 'TOO_MANY_OPEN',
      prepare: async (network) => {
        for (let open = 0; open < PARAMS.maxOpenOrdersPerRequester; open += 1) await network.submit();
        return network.order();
      },
    },
    {
      what: 'is seen after its seed block',
      code: 'AFTER_SEED',
      prepare: async (network) => {
        const message = await network.order();
        await network.mine(PARAMS.seedLagBlocks + 1);
        return message;
      },
    },
    {
      what: 'is past its deadline',
      code: 'EXPIRED',
      prepare: async (network) => {
        const message = await network.order({ deadlineInSec: 1 });
        await network.run(2000);
        await network.mine();
        return message;
      },
    },
    {
      what: 'is anchored in a block that was reorganised away',
      code: 'UNKNOWN_ANCHOR',
      prepare: async (network) => {
        const message = await network.order();
        await network.reorg(1, 1);
        return message;
      },
    },
    {
      what: 'asks for fewer than three seats',
      code: 'BAD_REDUNDANCY',
      prepare: (network) => network.order({ redundancy: 2 }),
    },
  ];
  for (const { what, code, prepare } of cases) {
    it(`when it ${what}: ${code}`, async () => {
      const network = await createTestNetwork();
      const message = await prepare(network);
      assert.deepEqual(await refusalOf(network, message), [code, [code]]);
    });
  }
});

describe('an order of a network', () => {
  it('that is too small for its committee fails at its seed block, and is refunded', async () => {
    const network = await createTestNetwork({ operators: 4 });
    const taskId = await network.submit({ redundancy: 5 });
    await network.mine(2);
    await network.run(PARAMS.timing.settleMs + 500);
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'failed'));
    await network.run(61_000);
    await network.mine();
    assert.ok(network.nodes.every((node) => network.task(node, taskId).phase === 'refunded'));
    assert.equal(network.requester.engine().reservedWei(network.requester.persona.address), 0n);
  });

  it('with an input that the model cannot run is executed by nobody, and is refunded', async () => {
    const network = await createTestNetwork();
    const inputs = [{ name: 'x', type: 'float32', dims: [2], bytes: new Uint8Array(8) } as const];
    const taskId = await network.submit({ inputs });
    await network.mine(2);
    await network.until('failed', () => network.nodes.every((n) => network.task(n, taskId).phase === 'failed'));
    const failures = network.operators.map(({ meter }) =>
      meter.total('mlb_executions_total', { outcome: 'BAD_INPUT' }),
    );
    assert.equal(
      failures.reduce((sum, count) => sum + count, 0),
      // Four in round 0, and all six in round 1.
      10,
    );
    const next = await network.submit();
    await network.mine(2);
    await network.until('agreed', () => network.nodes.every((n) => network.task(n, next).phase !== 'seeded'));
    assert.equal(network.task(network.requester, next).phase, 'agreed');
  });

  it('with inline bytes that are no tensors is executed by nobody', async () => {
    const network = await createTestNetwork();
    const taskId = await network.submitRaw(Uint8Array.of(1, 2, 3));
    await network.mine(2);
    await network.until('failed', () => network.nodes.every((n) => network.task(n, taskId).phase === 'failed'));
    const failures = network.operators.map(({ meter }) =>
      meter.total('mlb_executions_total', { outcome: 'BAD_INPUT' }),
    );
    assert.equal(
      failures.reduce((sum, count) => sum + count, 0),
      // Four in round 0, and all six in round 1.
      10,
    );
  });

  it('whose input nobody has is executed by nobody', async () => {
    const network = await createTestNetwork();
    const bytes = new Uint8Array(Float32Array.from({ length: 8192 }, (_, i) => i).buffer);
    const taskId = await network.submit({ inputs: [{ name: 'x', type: 'float32', dims: [8192], bytes }] });
    const { order } = network.task(network.requester, taskId).order;
    assert.equal(order.body.inputKind, 1);
    await network.requester.life().deps.content.unpin(cidOfDigest(order.body.inputCidDigest));
    await network.mine(2);
    await network.until('failed', () => network.nodes.every((n) => network.task(n, taskId).phase === 'failed'));
    const failures = network.operators.map(({ meter }) =>
      meter.total('mlb_executions_total', { outcome: 'CONTENT_UNAVAILABLE' }),
    );
    assert.equal(
      failures.reduce((sum, count) => sum + count, 0),
      // Four in round 0, and all six in round 1.
      10,
    );
  });
});
