import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  type Address,
  COMMIT,
  type Commit,
  commitHashOf,
  digestOf,
  encodeEvidence,
  type FalseOpening,
  REVEAL,
  type Reveal,
  TaskId,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { createEvidenceStore } from '../../src/settlement/evidence-store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world.close());

const SALT = `0x${'5a'.repeat(32)}` as const;
const TASK = TaskId(`0x${'77'.repeat(32)}`);

/** A signed commit and reveal of an operator; `isFalse`: the reveal is of another salt. */
const openingOf = (operator: Address, isFalse: boolean): FalseOpening => {
  const sessionKey = world.chain.state.sessionKeyOf(operator);
  assert.ok(sessionKey !== undefined);
  const place = { taskId: TASK, round: 0, seat: 1 };
  const reveal: Reveal = {
    ...place,
    lockRoot: ZERO_BYTES32,
    resultHash: ZERO_BYTES32,
    salt: SALT as Reveal['salt'],
    execMs: 3,
  };
  const committed = { ...reveal, salt: isFalse ? ZERO_BYTES32 : reveal.salt };
  const commit: Commit = { ...place, commitHash: commitHashOf({ ...committed, operator }), blindShare: ZERO_BYTES32 };
  return {
    kind: 'opening',
    operator,
    first: { body: commit, signature: world.signAs(sessionKey, digestOf(world.domain, COMMIT, commit)) },
    second: { body: reveal, signature: world.signAs(sessionKey, digestOf(world.domain, REVEAL, reveal)) },
  };
};

it('a reveal that does not open its commit costs half of the stake, whoever brings it; a true one proves nothing', async () => {
  const store = createMemoryStore();
  const bot = world.startBot({ store });
  const [liar, honest] = world.operators;
  assert.ok(liar !== undefined && honest !== undefined);
  const slashed = bot.log.next('offender slashed');
  await world.outsider.gossip.publish('evidence', encodeEvidence(openingOf(honest, false)));
  await world.outsider.gossip.publish('evidence', encodeEvidence(openingOf(liar, true)));
  assert.deepEqual((await slashed).operator, liar);
  await bot.settler.idle();
  await world.chain.indexer.refresh();
  assert.equal(world.chain.state.stakeOf(liar)?.activeWei, 50_000n * 10n ** 18n);
  assert.equal(world.chain.state.stakeOf(honest)?.activeWei, 100_000n * 10n ** 18n);
  const kept = await createEvidenceStore(store, world.domain).all();
  assert.deepEqual(
    kept.map(({ evidence, isClosed }) => [evidence.operator, evidence.kind, isClosed]),
    [[liar, 'opening', true]],
  );

  // After a restart it is not brought again.
  await bot.stop();
  const nonce = await world.evm.client.getTransactionCount({ address: bot.tx.address });
  const again = world.startBot({ store });
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await again.settler.idle();
  assert.equal(await world.evm.client.getTransactionCount({ address: bot.tx.address }), nonce);
  await again.stop();
});

it('what was put once is not put again, and stays closed', async () => {
  const evidence = createEvidenceStore(createMemoryStore(), world.domain);
  const [operator] = world.operators;
  assert.ok(operator !== undefined);
  const found = openingOf(operator, true);
  assert.equal(await evidence.put(found), true);
  assert.equal(await evidence.put(found), false);
  await evidence.close(found);
  assert.equal(await evidence.put(found), false);
  assert.deepEqual(
    (await evidence.all()).map(({ isClosed }) => isClosed),
    [true],
  );
});
