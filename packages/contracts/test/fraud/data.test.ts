import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { NO_ROW, openBatch } from '@mlb/protocol';
import { type Hex, parseEther, parseEventLogs } from 'viem';
import { dataChallengesAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { forge } from '../support/forge.ts';
import { type ClaimedBatch, createFraudNetwork, type FraudNetwork, WINDOW_SEC } from '../support/network.ts';
import { prove, refusalOf } from '../support/prove.ts';

const LEAF = 0;
const ROW = 1;
const BOND = parseEther('0.001');
const RESPOND_SEC = WINDOW_SEC / 2;

describe('whoever posts a batch must be able to show it', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let watcher: Wallet;
  let poster: Wallet;
  let batch: ClaimedBatch;
  let posted: Awaited<ReturnType<FraudNetwork['post']>>['posted'];
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: 4, requesters: ['alice', 'bob'] });
    watcher = await chain.fundedWallet();
    poster = await chain.fundedWallet();
    batch = await network.build(await network.tasks([{ requester: 'alice' }, { requester: 'bob' }]));
    ({ posted } = await network.post(batch));
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const target = (functionName: string) =>
    [network.deployment.addresses.dataChallenges as Hex, dataChallengesAbi, functionName] as const;
  const challenge = async (part: number, place: number, claim = posted, value = BOND) => {
    const [address, abi, functionName] = target('challenge');
    const args = [claim, part, place];
    const hash = await watcher.writeContract({ address, abi, functionName, args, value } as never);
    return chain.publicClient.waitForTransactionReceipt({ hash });
  };
  const openings = () => openBatch({ leaves: batch.leaves, rows: batch.ledger.rows });
  const answerLeaf = (place: number) => network.send(poster, target('answerLeaf'), posted, openings().leaf(place));
  const timeout = (part: number, place: number) => network.send(poster, target('proveWithheld'), posted, part, place);
  const collectable = ({ account }: Wallet) => network.read<bigint>(target('collectableWei'), account.address);

  test('an answered challenge pays whoever answered, and convicts nobody', async () => {
    const { logs } = await challenge(LEAF, 1);
    const [asked] = parseEventLogs({ abi: dataChallengesAbi, eventName: 'DataChallenged', logs });
    assert.deepEqual([asked?.args.part, asked?.args.place], [LEAF, 1]);
    await answerLeaf(1);
    assert.equal(await collectable(poster), BOND);
    const before_ = await chain.publicClient.getBalance({ address: poster.account.address });
    await network.send(poster, target('collect'));
    assert.ok((await chain.publicClient.getBalance({ address: poster.account.address })) > before_);
    assert.equal(await refusalOf(network.send(poster, target('collect'))), 'NothingToCollect');
    await chain.testClient.increaseTime({ seconds: RESPOND_SEC });
    assert.equal(await refusalOf(timeout(LEAF, 1)), 'AlreadyAnswered');
    assert.equal(await refusalOf(answerLeaf(1)), 'AlreadyAnswered');
  });

  test('a ledger row is answered by the row, and one that the ledger does not have by its size', async () => {
    const count = batch.ledger.rows.length;
    await challenge(ROW, 3);
    await challenge(ROW, count);
    const answer = (place: number, row: object) =>
      network.send(poster, target('answerRow'), posted, place, openings().ledger, row);
    assert.equal(await refusalOf(answer(3, openings().row(4))), 'RowNotInLedger');
    await answer(3, openings().row(3));
    await answer(count, NO_ROW);
    const bigger = { ...openings().ledger, rowCount: count + 1 };
    const lying = network.send(poster, target('answerRow'), posted, count, bigger, NO_ROW);
    assert.equal(await refusalOf(lying), 'LedgerNotInBatch');
  });

  test('silence reverts the batch, costs its signers a tenth, and gives the bond back', async () => {
    await challenge(LEAF, 0);
    assert.equal(await refusalOf(timeout(LEAF, 0)), 'NotSilentYet');
    await chain.testClient.increaseTime({ seconds: RESPOND_SEC });
    const { logs } = await timeout(LEAF, 0);
    const { settlement } = network.deployment.addresses;
    const [reverted] = parseEventLogs({ abi: settlementAbi, eventName: 'BatchReverted', logs });
    assert.equal(reverted?.args.reporter, watcher.account.address);
    assert.equal(await collectable(watcher), BOND);
    const conviction = await network.read<{ signerBps: number }>([settlement, settlementAbi, 'convictionOf'], 1n);
    assert.equal(conviction.signerBps, 1000);
    assert.equal(await refusalOf(timeout(LEAF, 0)), 'AlreadyAnswered');
  });

  test('an answer after the deadline counts as long as nobody has convicted', async () => {
    await challenge(LEAF, 0);
    await chain.testClient.increaseTime({ seconds: RESPOND_SEC + 1 });
    await answerLeaf(0);
    assert.equal(await refusalOf(timeout(LEAF, 0)), 'AlreadyAnswered');
  });

  test('a challenge whose silence could convict nobody any more is not accepted', async () => {
    await chain.testClient.increaseTime({ seconds: WINDOW_SEC / 2 });
    assert.equal(await refusalOf(challenge(LEAF, 0)), 'TooLate');
    await chain.testClient.increaseTime({ seconds: WINDOW_SEC });
    assert.equal(await refusalOf(challenge(LEAF, 0)), 'NotOpen');
  });

  test('one challenge a place, with the exact bond, of leaves there are, and only the right leaf answers', async () => {
    assert.equal(await refusalOf(challenge(LEAF, 0, posted, BOND - 1n)), 'WrongBond');
    assert.equal(await refusalOf(challenge(LEAF, 2)), 'NoSuchLeaf');
    await challenge(LEAF, 0);
    assert.equal(await refusalOf(challenge(LEAF, 0)), 'AlreadyChallenged');
    assert.equal(await refusalOf(answerLeaf(1)), 'NotChallenged');
    const wrong = { ...openings().leaf(0), leaf: openings().leaf(1).leaf };
    assert.equal(await refusalOf(network.send(poster, target('answerLeaf'), posted, wrong)), 'LeafNotInBatch');
    assert.equal(await refusalOf(timeout(LEAF, 1)), 'NotChallenged');
  });

  test('the bond comes back when another proof was faster', async () => {
    const forged = forge(await network.build(await network.tasks([{ requester: 'alice' }])), {
      leaves: (leaves) => leaves.map((leaf) => ({ ...leaf, ledgerRows: [] })),
    });
    const claim = await network.post(forged);
    await challenge(LEAF, 0, claim.posted);
    const reclaim = () => network.send(poster, target('reclaim'), claim.posted, LEAF, 0);
    assert.equal(await refusalOf(reclaim()), 'NotConvicted');
    const fraud = { type: 'entry-mismatch', leaf: 0, slot: 0, row: undefined } as const;
    await prove(network, watcher, { batch: forged, claim, fraud });
    await reclaim();
    assert.equal(await collectable(watcher), BOND);
    assert.equal(await refusalOf(reclaim()), 'AlreadyAnswered');
  });
});
