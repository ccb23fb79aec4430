import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  type Batch,
  type BatchProposal,
  buildBatch,
  DEVNET_PARAMS,
  drawProposer,
  encodeBatchProposal,
  headerDigestOf,
  keccak256,
  type SettledTask,
  slotOf,
} from '@mlb/protocol';
import { ChainError } from '../../src/chain/error.ts';
import { settlementViewOf } from '../../src/settlement/view.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { BOT, createWorld, FUNDED_UNITS, secp256k1, type World } from './world.ts';

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world.close());
beforeEach(async () => {
  await world.evm.automine(true);
  world.tasks.length = 0;
});

const someTasks = async (count: number): Promise<readonly SettledTask[]> => {
  const tasks: SettledTask[] = [];
  for (let i = 0; i < count; i += 1) tasks.push(await world.settleable());
  return tasks;
};

/** Offers the tasks and lets their proposer's slot come. */
const propose = async (tasks: readonly SettledTask[]): Promise<void> => {
  world.tasks.push(...tasks);
  await world.nextSlot();
};

/** Lets slots pass until everybody has nothing to do. */
const idleSlots = async (slots: number): Promise<void> => {
  for (let slot = 0; slot < slots; slot += 1) {
    await world.nextSlot();
    for (const member of world.members) await member.idle();
  }
};

const lastIndex = (): bigint => world.chain.state.lastBatch().index;
const nextBlock = async (): Promise<void> => {
  await world.evm.mine();
  await world.chain.indexer.refresh();
};

test('certified tasks are proposed, attested, posted and paid to the unit, and never twice', async () => {
  const bot = world.startBot();
  const before = await world.balances();
  const index = lastIndex();
  const posted = bot.log.next('batch posted');
  await propose(await someTasks(3));
  const { leaves } = await posted;
  assert.equal(leaves, 3);
  await world.chain.indexer.refresh();

  const after = await world.balances();
  const debited = before.requesterUnits - after.requesterUnits;
  const credited = after.earnedUnits.reduce(
    (sum, units, account) => sum + units - (before.earnedUnits[account] ?? 0n),
    0n,
  );
  assert.ok(debited > 0n && after.requesterUnits < FUNDED_UNITS);
  assert.equal(credited, debited, 'what the requester paid is what executors, provider, treasury and burn got');
  assert.equal(after.totalUnits, before.totalUnits);
  for (const operator of world.operators) assert.ok(world.chain.state.earnedUnits(operator) > 0n);
  assert.equal(world.chain.state.freeEscrowUnits(world.requester), after.requesterUnits);
  assert.equal(lastIndex(), index + 1n);

  // The operators still offer the same tasks, but their nonces are used.
  await idleSlots(4);
  assert.equal(lastIndex(), index + 1n);
  assert.equal((await world.balances()).requesterUnits, after.requesterUnits);
  await bot.stop();
});

test('two bots that post the same batch at once pay once', async () => {
  const bots = [world.startBot(), world.startBot({ account: BOT + 1 })];
  const index = lastIndex();
  const before = await world.balances();
  const tasks = await someTasks(2);
  await world.evm.automine(false);
  const sent = Promise.all(bots.map(({ line }) => line.sent()));
  await propose(tasks);
  await sent;
  await nextBlock();
  assert.equal(lastIndex(), index + 1n);
  const charged = before.requesterUnits - (await world.balances()).requesterUnits;
  assert.ok(charged > 0n);
  for (let block = 0; block < 4; block += 1) await nextBlock();
  assert.equal((await world.balances()).requesterUnits, before.requesterUnits - charged);
  assert.equal(lastIndex(), index + 1n);
  for (const bot of bots) await bot.stop();
});

test('a bot killed between its journal and the wire posts exactly one batch after the restart', async () => {
  const store = createMemoryStore();
  const killed = world.startBot({ store });
  killed.line.state = 'loses-transactions';
  const index = lastIndex();
  const lost = killed.line.sent();
  await propose(await someTasks(1));
  await lost;
  await killed.stop();
  world.tasks.length = 0;
  await nextBlock();
  assert.equal(lastIndex(), index, 'nothing was on the wire');

  const restarted = world.startBot({ store });
  const posted = restarted.log.next('batch posted');
  await nextBlock();
  await posted;
  await idleSlots(2);
  assert.equal(lastIndex(), index + 1n);
  assert.equal(restarted.log.said('batch posted').length, 1);
  assert.deepEqual(restarted.tx.pending(), []);
  await restarted.stop();
});

test('an L2 that is down while a batch is to be posted gets it when it is back', async () => {
  const bot = world.startBot();
  const index = lastIndex();
  bot.line.state = 'down';
  const certified = bot.log.next('batch certified');
  await propose(await someTasks(1));
  await certified;
  await nextBlock();
  await bot.tx.refresh();
  const error = bot.tx.lastError();
  assert.ok(error instanceof ChainError && error.code === 'CHAIN_UNREACHABLE');
  assert.equal(lastIndex(), index);
  const posted = bot.log.next('batch posted');
  bot.line.state = 'up';
  await posted;
  await world.chain.indexer.refresh();
  assert.equal(lastIndex(), index + 1n);
  await bot.stop();
});

test('a batch whose block is reorged away is posted again, and paid once', async () => {
  const bot = world.startBot();
  const index = lastIndex();
  const tasks = await someTasks(2);
  const before = await world.balances();
  const fork = await world.evm.rpc('evm_snapshot');
  const posted = bot.log.next('batch posted');
  await propose(tasks);
  await posted;
  await world.chain.indexer.refresh();
  assert.equal(lastIndex(), index + 1n);
  const charged = before.requesterUnits - (await world.balances()).requesterUnits;
  world.tasks.length = 0;

  await world.evm.rpc('evm_revert', fork);
  assert.equal((await world.balances()).requesterUnits, before.requesterUnits);
  const again = bot.log.next('batch posted');
  // Other blocks than before, up to beyond the abandoned head.
  await world.evm.rpc('evm_increaseTime', 7);
  await world.evm.mine(8);
  await world.chain.indexer.refresh();
  await again;
  await world.chain.indexer.refresh();
  assert.equal(lastIndex(), index + 1n);
  assert.equal((await world.balances()).requesterUnits, before.requesterUnits - charged);
  await bot.stop();
});

const TRUSTING = {
  isTimely: () => true,
  isDisputed: () => false,
  isSettleable: () => true,
  heardAfterAuditBlock: () => false,
  hasVerdict: () => false,
};

/** A batch by whoever has the slot of now, and its signature, outside of any honest proposer. */
const forge = async (tasks: readonly SettledTask[], change: (batch: Batch) => Batch = (batch) => batch) => {
  const context = { domain: world.domain, params: DEVNET_PARAMS, chain: world.chain.indexer, state: world.chain.state };
  const view = settlementViewOf(context, TRUSTING);
  const snapshot = world.chain.state.latestSnapshot();
  assert.ok(view !== undefined && snapshot !== undefined);
  const slot = slotOf(world.chain.indexer.head().number, DEVNET_PARAMS.batchSlotBlocks);
  const { batch } = buildBatch({ view, secp256k1, slot, tasks });
  const proposer = drawProposer({ domain: world.domain, snapshot, slot });
  assert.ok(batch !== undefined && proposer !== undefined);
  const changed = change(batch);
  const { header, deltas, nullifiers, data } = changed;
  await world.content.add(data, AbortSignal.timeout(1000));
  const row = snapshot.rows[proposer];
  assert.ok(row !== undefined);
  const signature = world.signAs(row.sessionKey, headerDigestOf(world.domain, header));
  const proposal: BatchProposal = { header, deltas, nullifiers, proposer, signature };
  return { proposal, operator: row.operator };
};

test('a proposer that credits itself more than its tasks say gets no attestation', async () => {
  const index = lastIndex();
  const bot = world.startBot();
  const { proposal } = await forge(await someTasks(1), (batch) => {
    const deltas = batch.deltas.slice();
    const last = deltas.length - 1;
    deltas[last] = (deltas[last] ?? 0) ^ 1;
    return { ...batch, deltas, header: { ...batch.header, deltasHash: keccak256(deltas) } };
  });
  const refused = world.log.next('batch not attested');
  await world.outsider.gossip.publish('batch-proposal', encodeBatchProposal(proposal));
  assert.equal((await refused).code, 'WRONG_DELTAS');
  await idleSlots(2);
  assert.equal(lastIndex(), index);
  assert.deepEqual(bot.log.said('batch certified'), []);
  await bot.stop();
});

test('a proposer that signs two batches of one slot loses its whole stake, and its row in the next epoch', async () => {
  const bot = world.startBot();
  const tasks = await someTasks(2);
  const one = await forge(tasks.slice(0, 1));
  const two = await forge(tasks);
  const { operator } = one;
  assert.equal(two.operator, operator);
  const slashed = bot.log.next('offender slashed');
  for (const { proposal } of [one, two]) {
    await world.outsider.gossip.publish('batch-proposal', encodeBatchProposal(proposal));
  }
  assert.equal((await slashed).operator, operator);
  await world.chain.indexer.refresh();
  const stake = world.chain.state.stakeOf(operator);
  assert.equal(stake?.tombstoned, true);
  assert.equal(stake?.activeWei, 0n);
  assert.equal(world.chain.state.slashes().at(-1)?.bps, 10_000);

  const sealed = bot.log.next('epoch sealed');
  await world.evm.mine(5);
  await world.chain.indexer.refresh();
  await sealed;
  await world.chain.indexer.refresh();
  const rows = world.chain.state.latestSnapshot()?.rows ?? [];
  assert.equal(rows.length, world.operators.length - 1);
  assert.ok(rows.every((row) => row.operator !== operator));
  await bot.stop();
});
