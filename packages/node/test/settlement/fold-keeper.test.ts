import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { foldDigestOf, reputationRootOf, slashesRootOf, ZERO_BYTES32 } from '@mlb/protocol';
import { createMemoryStore } from '../../src/store/memory.ts';
import { honestBatch, postCollusively, shiftCredit } from './collusion.ts';
import { createWorld, type World } from './world.ts';

const STAKES_MLB = [200_000n, 200_000n, 200_000n, 80_000n, 80_000n, 80_000n];
const COLLUDERS = 3;

let world: World;
before(async () => {
  world = await createWorld({ stakesMlb: STAKES_MLB, challengeWindowSec: 600, withFold: true });
});
after(() => world.close());

const last = () => world.chain.state.batch(world.chain.state.lastBatch().index);

/** Settles one more task through proposer, attesters and bot. */
const settleOne = async (bot: ReturnType<World['startBot']>): Promise<void> => {
  const index = world.chain.state.lastBatch().index;
  world.tasks.push(await world.settleable());
  for (let slot = 0; slot < 10 && world.chain.state.lastBatch().index === index; slot += 1) {
    await world.nextSlot();
    for (const member of world.members) await member.idle();
    await bot.settler.idle();
    await world.chain.indexer.refresh();
  }
  assert.equal(world.chain.state.lastBatch().index, index + 1n);
};

it('puts the roots of the fold into every header, and whoever folds the posted batches finds them again', async () => {
  const bot = world.startBot();
  for (let i = 0; i < 3; i += 1) await settleOne(bot);
  await bot.stop();
  const store = createMemoryStore();
  const late = world.openFold(store);
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await late.idle();
  const fold = late.current();
  const header = last()?.header;
  assert.equal(fold.index, 3n);
  assert.notEqual(header?.reputationRoot, ZERO_BYTES32);
  assert.equal(reputationRootOf(fold.reputation), header?.reputationRoot);
  assert.equal(slashesRootOf(fold.slashes), header?.slashesRoot);
  assert.equal(fold.baseFee, header?.baseFee);
  const headers = world.chain.state.batches();
  assert.ok((headers[2]?.header.baseFee ?? 0n) < (headers[0]?.header.baseFee ?? 0n), 'a network at rest grows cheaper');

  // After a restart: from the disk, without any data.
  const again = world.openFold(store);
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await again.idle();
  assert.equal(foldDigestOf(again.current()), foldDigestOf(fold));
});

it('does not count a batch that was reverted, and counts it again when a reorg undoes the revert', async () => {
  const bot = world.startBot();
  const kept = world.openFold();
  const wrong = shiftCredit(honestBatch(world, [await world.settleable()]));
  await world.content.add(wrong.data, AbortSignal.timeout(1000));
  await postCollusively(world, wrong, COLLUDERS);
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await kept.idle();
  const withIt = foldDigestOf(kept.current());
  const fork = await world.evm.rpc('evm_snapshot');

  const watcher = world.startWatcher();
  for (let tries = 0; tries < 10 && last()?.isReverted !== true; tries += 1) {
    await world.evm.mine();
    await world.chain.indexer.refresh();
    await watcher.watcher.idle();
    await world.chain.indexer.refresh();
  }
  assert.equal(last()?.isReverted, true);
  await watcher.stop();
  await kept.idle();
  const fresh = world.openFold();
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await Promise.all([kept.idle(), fresh.idle()]);
  assert.notEqual(foldDigestOf(kept.current()), withIt);
  assert.equal(kept.current().index, last()?.index);
  assert.equal(foldDigestOf(kept.current()), foldDigestOf(fresh.current()), 'folding batches equals folding the chain');

  await world.evm.rpc('evm_revert', fork);
  await world.evm.rpc('evm_increaseTime', 3);
  await world.evm.mine(30);
  await world.chain.indexer.refresh();
  assert.equal(last()?.isReverted, false);
  await Promise.all([kept.idle(), fresh.idle()]);
  assert.equal(foldDigestOf(kept.current()), withIt);
  assert.equal(foldDigestOf(fresh.current()), withIt);
  await bot.stop();
});

it('writes reputations of final batches back to the registry, for the next epoch', async () => {
  const bot = world.startBot();
  const epoch = world.chain.state.latestSnapshot()?.epoch ?? 0n;
  for (let i = 0; i < 2; i += 1) await settleOne(bot);
  const written = bot.log.next('reputation written back');
  await world.evm.rpc('evm_increaseTime', 700);
  await world.evm.mine();
  await world.chain.indexer.refresh();
  const { operator, reputationBps } = await written;
  for (let tries = 0; tries < 10 && (world.chain.state.latestSnapshot()?.epoch ?? 0n) === epoch; tries += 1) {
    await world.evm.mine(3);
    await world.chain.indexer.refresh();
    await bot.settler.idle();
    await world.chain.indexer.refresh();
  }
  const row = world.chain.state.latestSnapshot()?.rows.find((one) => one.operator === operator);
  assert.equal(row?.reputationBps, reputationBps);
  assert.notEqual(reputationBps, 5000);
  await bot.stop();
});
