import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { dataChallengesAbi, mlbTokenAbi } from '@mlb/contracts';
import type { SettledTask } from '@mlb/protocol';
import { ContentError } from '../../src/content/content-error.ts';
import type { Content } from '../../src/port/content.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { honestBatch, postCollusively, proposerOf, shiftCredit } from './collusion.ts';
import { forgedBatch } from './forged-leaf.ts';
import { createWorld, type RunningWatcher, WATCHER, type World } from './world.ts';

/** Three of six hold 600 000 of 840 000 MLB: 71 %. */
const COLLUDERS = 3;
const STAKES_MLB = [200_000n, 200_000n, 200_000n, 80_000n, 80_000n, 80_000n];
const WINDOW_SEC = 600;
const BLIND: Pick<Content, 'get'> = {
  get: async () => {
    throw new ContentError('NOT_FOUND', 'nobody sent it');
  },
};

describe('a watcher of posted batches', () => {
  let world: World;
  let fork: unknown;
  let running: RunningWatcher[];
  before(async () => {
    world = await createWorld({ stakesMlb: STAKES_MLB, challengeWindowSec: WINDOW_SEC });
  });
  beforeEach(async () => {
    fork = await world.evm.rpc('evm_snapshot');
    running = [];
  });
  afterEach(async () => {
    for (const watcher of running) await watcher.stop();
    await world.evm.rpc('evm_revert', fork);
    world.tasks.length = 0;
    await world.evm.rpc('evm_increaseTime', 1);
    await world.evm.mine(60);
    await world.chain.indexer.refresh();
  });
  after(() => world.close());

  const watch = (options: Parameters<World['startWatcher']>[0] = {}): RunningWatcher => {
    const watcher = world.startWatcher(options);
    running.push(watcher);
    return watcher;
  };
  const someTasks = async (count: number): Promise<readonly SettledTask[]> => {
    const tasks: SettledTask[] = [];
    for (let i = 0; i < count; i += 1) tasks.push(await world.settleable());
    return tasks;
  };
  const mine = async (blocks = 1): Promise<void> => {
    await world.evm.mine(blocks);
    await world.chain.indexer.refresh();
    for (const { watcher } of running) await watcher.idle();
    await world.chain.indexer.refresh();
  };
  const stakeOf = (i: number): bigint =>
    world.chain.state.stakeOf(world.operators[i] ?? world.requester)?.activeWei ?? 0n;
  const last = () => world.chain.state.batch(world.chain.state.lastBatch().index);
  const untilReverted = async (): Promise<void> => {
    for (let tries = 0; last()?.isReverted !== true && tries < 20; tries += 1) await mine();
    assert.equal(last()?.isReverted, true);
  };
  const tokensOf = (owner: string): Promise<bigint> =>
    world.evm.client.readContract({
      ...{ address: world.deployment.addresses.token, abi: mlbTokenAbi, functionName: 'balanceOf' },
      args: [owner as `0x${string}`],
    } as const);

  it('reverts a wrong batch that 71 % of the stake signed, alone; whoever signed it pays, and its tasks settle later', async () => {
    const watcher = watch();
    const tasks = await someTasks(2);
    const before_ = await world.balances();
    const stakes = STAKES_MLB.map((_, i) => stakeOf(i));
    const wrong = shiftCredit(honestBatch(world, tasks));
    await world.content.add(wrong.data, AbortSignal.timeout(1000));
    await postCollusively(world, wrong, COLLUDERS);
    await world.chain.indexer.refresh();
    assert.ok((await world.balances()).requesterUnits < before_.requesterUnits);
    await untilReverted();
    await mine(2);
    assert.deepEqual(await world.balances(), before_, 'the money is where it was');
    assert.equal(last()?.areNoncesFreed, true);
    const proposer = world.operators.indexOf(proposerOf(world, wrong) as never);
    for (const [i, stake] of stakes.entries()) {
      const isSigner = i < COLLUDERS;
      const expected = isSigner ? (i === proposer ? 0n : stake / 2n) : stake;
      assert.equal(stakeOf(i), expected, `operator ${i}`);
    }
    assert.ok((await tokensOf(watcher.account)) > 0n, 'the challenger has its reward');
    assert.deepEqual(
      watcher.log.said('a posted batch was acted upon').map(({ action }) => action),
      ['prove', 'free', 'punish'],
    );

    // The honest ones are the attesters of the next epoch, and settle the same tasks.
    const bot = world.startBot();
    const sealed = bot.log.next('epoch sealed');
    await mine(6);
    await sealed;
    await world.chain.indexer.refresh();
    const posted = bot.log.next('batch posted');
    world.tasks.push(...tasks);
    for (let slot = 0; slot < 6 && bot.log.said('batch posted').length === 0; slot += 1) {
      await world.nextSlot();
      for (const member of world.members) await member.idle();
      await bot.settler.idle();
    }
    assert.equal((await posted).leaves, 2);
    await mine();
    assert.equal(last()?.isReverted, false);
    assert.ok((await world.balances()).requesterUnits < before_.requesterUnits);
    await bot.stop();
  });

  it('tells of a wrong batch, and leaves it to others when it has no account', async () => {
    const watcher = watch({ isMute: true });
    const wrong = shiftCredit(honestBatch(world, await someTasks(1)));
    await world.content.add(wrong.data, AbortSignal.timeout(1000));
    await postCollusively(world, wrong, COLLUDERS);
    await mine(2);
    assert.deepEqual(
      watcher.log.said('a posted batch is wrong').map(({ fraud }) => fraud),
      ['wrong-delta'],
    );
    assert.equal(last()?.isReverted, false);
  });

  it('proves a leaf whose certificate is forged', async () => {
    watch();
    const forged = forgedBatch(honestBatch(world, await someTasks(2)));
    await world.content.add(forged.data, AbortSignal.timeout(1000));
    await postCollusively(world, forged, COLLUDERS);
    await untilReverted();
  });

  it('proves once: a restarted watcher sends nothing again, and a second one is refused without a transaction', async () => {
    const store = createMemoryStore();
    const first = watch({ store });
    const wrong = shiftCredit(honestBatch(world, await someTasks(1)));
    await world.content.add(wrong.data, AbortSignal.timeout(1000));
    await postCollusively(world, wrong, COLLUDERS);
    await world.chain.indexer.refresh();
    await untilReverted();
    await mine(2);
    await first.stop();
    running = [];
    const nonce = await world.evm.client.getTransactionCount({ address: first.account });
    const again = watch({ store });
    await mine(2);
    assert.equal(await world.evm.client.getTransactionCount({ address: first.account }), nonce);
    assert.deepEqual(again.tx.pending(), []);
    assert.equal(world.chain.state.slashes().length, COLLUDERS);
  });

  it('asks for data that nobody shows, and convicts silence', async () => {
    const watcher = watch({ content: BLIND });
    await postCollusively(world, honestBatch(world, await someTasks(1)), COLLUDERS);
    await mine();
    assert.deepEqual(world.chain.state.dataChallenges(), [], 'data may be on its way');
    await world.evm.rpc('evm_increaseTime', WINDOW_SEC / 10);
    await mine(2);
    const [asked] = world.chain.state.dataChallenges();
    assert.deepEqual([asked?.part, asked?.place, asked?.answer], ['leaf', 0, undefined]);
    await world.evm.rpc('evm_increaseTime', WINDOW_SEC / 2);
    await untilReverted();
    await mine(2);
    assert.equal(stakeOf(0), ((STAKES_MLB[0] ?? 0n) * 10n ** 18n * 9n) / 10n);
    const actions = watcher.log.said('a posted batch was acted upon').map(({ action }) => action);
    assert.deepEqual(actions, ['challenge', 'convict', 'collect', 'free', 'punish']);
  });

  it('is answered by whoever holds the data, and lets the batch stand', async () => {
    const asking = watch({ content: BLIND });
    const holding = watch({ account: WATCHER + 1 });
    const batch = honestBatch(world, await someTasks(2));
    await world.content.add(batch.data, AbortSignal.timeout(1000));
    await postCollusively(world, batch, COLLUDERS);
    await world.evm.rpc('evm_increaseTime', WINDOW_SEC / 10);
    for (let block = 0; block < 12; block += 1) await mine();
    const challenges = world.chain.state.dataChallenges();
    assert.deepEqual(
      challenges.map(({ place }) => place),
      [0, 1],
    );
    assert.ok(challenges.every(({ answer }) => answer !== undefined));
    assert.equal(last()?.isReverted, false);
    assert.deepEqual(
      holding.log.said('a posted batch was acted upon').map(({ action }) => action),
      ['answer', 'collect', 'answer', 'collect'],
    );
    // Both leaves are on chain now: it judges them, and asks no more.
    assert.equal(asking.log.said('a posted batch is wrong').length, 0);
    const owed = await world.evm.client.readContract({
      ...{ address: world.deployment.addresses.dataChallenges ?? '0x', abi: dataChallengesAbi },
      ...{ functionName: 'collectableWei', args: [holding.account] },
    } as const);
    assert.equal(owed, 0n, 'the bonds are collected');
  });
});
