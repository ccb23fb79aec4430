import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DELIVERY_PROTOCOL, encodeDelivery, type TaskId, ZERO_BYTES32 } from '@mlb/protocol';
import { createTestNetwork } from './network.ts';
import { deliveredTo } from './outcome.ts';
import { assertGoesOn, createScene, GARBAGE, sendTo } from './scene.ts';

describe('a delivery to the requester is counted and dropped', () => {
  const cases: readonly (readonly [string, string, (delivered: Parameters<typeof encodeDelivery>[0]) => Uint8Array])[] =
    [
      ['when it is garbage', 'BAD_ENCODING', () => GARBAGE],
      [
        'when its output is not the agreed one',
        'BAD_OUTPUT',
        (delivered) => encodeDelivery({ ...delivered, output: GARBAGE }),
      ],
      [
        'when its blind does not open the digest',
        'BAD_OUTPUT',
        (delivered) => encodeDelivery({ ...delivered, blind: ZERO_BYTES32 }),
      ],
      [
        'when its certificate is forged',
        'BAD_SIGNATURE',
        ({ certificate, ...rest }) => {
          const statement = { ...certificate.statement, resultDigest: ZERO_BYTES32 };
          return encodeDelivery({ ...rest, certificate: { ...certificate, statement } });
        },
      ],
      [
        'when it is of a task that was not ordered here',
        'UNKNOWN_TASK',
        ({ certificate, ...rest }) => {
          const statement = { ...certificate.statement, taskId: ZERO_BYTES32 as string as TaskId };
          return encodeDelivery({ ...rest, certificate: { ...certificate, statement } });
        },
      ],
    ];
  for (const [what, code, forge] of cases) {
    it(`${what}: ${code}`, async () => {
      const twin = await createTestNetwork();
      const taskId = await twin.submit();
      await twin.mine(2);
      await twin.until('delivered', () => twin.task(twin.requester, taskId).delivery !== undefined);
      const { delivery } = twin.task(twin.requester, taskId);
      const scene = await createScene();
      const { requester } = scene.network;
      assert.ok(delivery !== undefined);
      await sendTo(scene, requester, [DELIVERY_PROTOCOL, forge(delivery)]);
      assert.equal(requester.meter.total('mlb_rejections_total', { source: 'delivery', code }), 1);
      assert.equal(deliveredTo(scene.network, taskId), undefined);
      await assertGoesOn(scene);
    });
  }
});
