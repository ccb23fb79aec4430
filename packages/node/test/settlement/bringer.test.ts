import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  DEVNET_PARAMS,
  emptyFold,
  OFFENSE_WRONG_RESULT,
  type SlashRow,
  slashesRootOf,
  Address as toAddress,
  ZERO_BYTES32,
} from '@mlb/protocol';
import { protocolErrorsAbi } from '../../src/chain/operator-actions.ts';
import { createTxManager } from '../../src/chain/tx-manager.ts';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { noopMeter } from '../../src/metrics/noop.ts';
import { createBringer } from '../../src/settlement/bringer.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { honestBatch, postCollusively } from './collusion.ts';
import { createWatchLog } from './watch-log.ts';
import { BOT, createWorld, type World } from './world.ts';

const WINDOW_SEC = 60;
let world: World;
before(async () => {
  world = await createWorld({ challengeWindowSec: WINDOW_SEC });
});
after(() => world.close());

/** A settlement bot's hands alone; with the store of another, that one after a restart. */
const bringerWith = (rows: readonly SlashRow[], store = createMemoryStore()) => {
  const log = createWatchLog();
  const account = world.evm.account(BOT);
  const lane = createTxManager({
    ...{ client: world.evm.client, chainId: world.evm.chainId, account, store },
    ...{ clock: createMemoryClock(), errorsAbi: protocolErrorsAbi },
  });
  const tx = {
    send: async (request: Parameters<typeof lane.send>[0]) => {
      const outcome = lane.send(request);
      await lane.refresh();
      await lane.refresh();
      return outcome;
    },
  };
  const fold = { after: async () => ({ ...emptyFold(0n), slashes: rows }), idle: async () => undefined };
  const bringer = createBringer({
    ...{ deployment: world.deployment, params: DEVNET_PARAMS, challengeWindowSec: WINDOW_SEC },
    ...{ state: world.chain.state, fold, tx, meter: noopMeter, log },
  });
  return { bringer, log, store };
};

it('a verdict of a batch is executed once its window is over, once', async () => {
  const [guilty, judge] = world.operators;
  assert.ok(guilty !== undefined && judge !== undefined);
  const row: SlashRow = {
    ...{ operator: guilty, offense: OFFENSE_WRONG_RESULT, evidence: ZERO_BYTES32, seats: 12, foundWrongBps: 0 },
    ...{ signedOverturned: false, missBps: 0, reporter: toAddress(`0x${'00'.repeat(20)}`), judges: [judge] },
  };
  const batch = honestBatch(world, [await world.settleable()]);
  const header = { ...batch.header, slashesRoot: slashesRootOf([row]) };
  await postCollusively(world, { ...batch, header }, world.operators.length);
  await world.chain.indexer.refresh();
  const signal = AbortSignal.timeout(60_000);
  const { bringer, log, store } = bringerWith([row]);
  const stake = (): bigint | undefined => world.chain.state.stakeOf(guilty)?.activeWei;
  const before_ = stake();
  await bringer.bring(signal);
  assert.deepEqual(log.said('a verdict was executed'), [], 'it may yet be reverted');

  await world.evm.rpc('evm_increaseTime', WINDOW_SEC + 1);
  await world.evm.mine();
  await world.chain.indexer.refresh();
  await bringer.bring(signal);
  await world.chain.indexer.refresh();
  assert.equal(log.said('a verdict was executed').length, 1);
  assert.equal(stake(), ((before_ ?? 0n) * 9n) / 10n, 'ten percent: a first offense, nobody else found wrong');
  assert.equal(world.chain.state.stakeOf(guilty)?.roles, 0, 'jailed');

  const nonce = await world.evm.client.getTransactionCount({ address: world.evm.account(BOT).address });
  await bringer.bring(signal);
  await bringerWith([row], store).bringer.bring(signal);
  assert.equal(await world.evm.client.getTransactionCount({ address: world.evm.account(BOT).address }), nonce);
});
