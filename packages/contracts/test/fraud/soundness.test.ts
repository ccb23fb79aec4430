import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestChain } from '../support/chain.ts';
import { forge } from '../support/forge.ts';
import { createFraudNetwork, movementsIn } from '../support/network.ts';
import { prove, refusalOf } from '../support/prove.ts';
import { fraudOf, isPostable, tamperBatches } from '../support/soundness.ts';
import { createDraw, plainBatch, TAMPERS } from '../support/tamper.ts';

const REQUESTERS = ['alice', 'bob', 'carol'];

test('every tampered batch that moves anything wrong has a fraud to prove, and no honest batch has one', () => {
  const { wrong, byFraud } = tamperBatches({ seed: 0x6d6c62, batches: 6000 });
  assert.ok(wrong > 3000, `only ${wrong} of 6000 were wrong`);
  // Each kind of proof is needed.
  const kinds = ['entry-mismatch', 'orphan-row', 'bad-order', 'wrong-delta', 'phantom-delta', 'nonce-not-spent'];
  for (const kind of kinds) assert.ok((byFraud[kind] ?? 0) > 0, kind);
});

test('the contract convicts every wrong batch with the proof that the protocol finds', async () => {
  await using chain = await createTestChain();
  const network = await createFraudNetwork(chain, { operators: 8, requesters: REQUESTERS });
  const watcher = await chain.fundedWallet();
  const choices = Array.from({ length: 5 }, (_, i) => ({ requester: REQUESTERS[i % 3] ?? '' }));
  const honest = await network.build(await network.tasks(choices));
  const view = await network.view();
  const right = plainBatch(
    honest.leaves.map((leaf) => {
      const movements = movementsIn(view, leaf);
      return { account: movements[0]?.account ?? 0, nonce: leaf.order.body.nonce, movements };
    }),
  );
  const draw = createDraw(7);
  const tampers = Object.values(TAMPERS);
  const convicted = new Set<string>();
  let proven = 0;
  for (let i = 0; i < 150; i++) {
    let plain = right;
    for (let changes = 1 + draw(2); changes > 0; changes--)
      plain = tampers[draw(tampers.length)]?.(plain, draw) ?? plain;
    const fraud = fraudOf(plain);
    if (fraud === undefined || !isPostable(plain)) continue;
    const { treasuryUnits, burnUnits } = plain;
    const batch = forge(honest, {
      leaves: (leaves) => leaves.map((leaf, at) => ({ ...leaf, ledgerRows: plain.leaves[at]?.ledgerRows ?? [] })),
      rows: () => plain.rows,
      deltas: () => plain.deltas,
      nullifiers: () => plain.nullifiers,
      header: { treasuryUnits, burnUnits },
    });
    const id = await chain.testClient.snapshot();
    const posting = network.post(batch);
    const refusal = await refusalOf(posting);
    // A delta of an account that nobody has is refused by the Escrow.
    if (refusal === 'none') {
      await prove(network, watcher, { batch, claim: await posting, fraud });
      convicted.add(fraud.type);
      proven += 1;
    } else assert.equal(refusal, 'UnknownAccount');
    await chain.testClient.revert({ id });
  }
  assert.ok(proven > 60, `${proven} proven`);
  for (const kind of ['bad-order', 'entry-mismatch', 'nonce-not-spent', 'wrong-delta'])
    assert.ok(convicted.has(kind), kind);
});
