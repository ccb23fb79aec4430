import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { drawProposer, headerDigestOf, toHex } from '@mlb/protocol';
import { type Hex, parseEther, parseEventLogs } from 'viem';
import { escrowAbi, mlbTokenAbi, operatorRegistryAbi, settlementAbi, stakeManagerAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { change, type Forgery, forge } from '../support/forge.ts';
import {
  accountOfKey,
  type ClaimedBatch,
  createFraudNetwork,
  type FraudNetwork,
  operatorName,
  type PostedClaim,
  WINDOW_SEC,
} from '../support/network.ts';
import { prove, refusalOf } from '../support/prove.ts';

const REQUESTERS = ['alice', 'bob', 'carol'];
const OPERATORS = 8;

describe('what a reverted batch leaves behind', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let watcher: Wallet;
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: OPERATORS, requesters: REQUESTERS });
    watcher = await chain.fundedWallet();
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const settlement = (functionName: string) =>
    [network.deployment.addresses.settlement, settlementAbi, functionName] as const;
  const escrow = (functionName: string) => [network.deployment.addresses.escrow, escrowAbi, functionName] as const;
  const buildFor = async (...requesters: readonly string[]): Promise<ClaimedBatch> =>
    network.build(await network.tasks(requesters.map((requester) => ({ requester }))));
  /** A batch that pays right, but cannot be proven to: its first leaf names no rows. */
  const withoutRows: Forgery = { leaves: (leaves) => change(leaves, 0, (leaf) => ({ ...leaf, ledgerRows: [] })) };
  const convict = async (batch: ClaimedBatch, claim: PostedClaim): Promise<void> => {
    const fraud = { type: 'entry-mismatch', leaf: 0, slot: 0, row: undefined } as const;
    await prove(network, watcher, { batch, claim, fraud });
  };
  const postFraud = async (rows?: readonly number[]) => {
    const batch = forge(await buildFor('alice', 'bob'), withoutRows);
    return { batch, claim: await network.post(batch, rows) };
  };
  const stakeOf = async (i: number): Promise<bigint> => {
    const { stakeManager } = network.deployment.addresses;
    const operator = accountOfKey(operatorName(i)).address;
    const stake = await network.read<{ active: bigint }>([stakeManager, stakeManagerAbi, 'stakeOf'], operator);
    return stake.active;
  };
  const lanes = async (): Promise<readonly bigint[]> => {
    const count = await network.read<number>(escrow('accountCount'));
    const reads = Array.from({ length: count + 1 }, (_, account) => [
      network.read<bigint>(escrow('escrowOf'), account),
      network.read<bigint>(escrow('earnedOf'), account),
    ]);
    return Promise.all(reads.flat());
  };

  test('batches on top of it stand, and index and head go on', async () => {
    const { batch, claim } = await postFraud();
    const before_ = await lanes();
    const onTop = await buildFor('carol');
    await network.post(onTop);
    const withBoth = await lanes();
    await convict(batch, claim);
    assert.equal(await network.read(settlement('nextIndex')), 3n);
    assert.equal(await network.read(settlement('head')), headerDigestOf(network.domain, onTop.header));
    // What is left is what the second batch moved, and nothing of the first one.
    const left = await lanes();
    const honestOnly = withBoth.map((units, i) => units - (before_[i] ?? 0n));
    const credit = left.filter((_, i) => i % 2 === 1).reduce((sum, units) => sum + units, 0n);
    const moved = honestOnly.filter((_, i) => i % 2 === 1).reduce((sum, units) => sum + units, 0n);
    assert.equal(credit, moved);
    const next = await buildFor('alice');
    assert.equal(next.header.index, 3n);
    await network.post(next);
  });

  test('it is never final, and the one on top of it is', async () => {
    const { batch, claim } = await postFraud();
    await network.post(await buildFor('carol'));
    await convict(batch, claim);
    await chain.testClient.increaseTime({ seconds: WINDOW_SEC });
    await chain.testClient.mine({ blocks: 1 });
    assert.equal(await network.read(settlement('isFinal'), 1n), false);
    assert.equal(await network.read(settlement('isFinal'), 2n), true);
  });

  test('its nonces are freed once, by anyone, and its tasks then settle in an honest batch', async () => {
    const tasks = await network.tasks([{ requester: 'alice' }, { requester: 'bob' }]);
    const batch = forge(await network.build(tasks), withoutRows);
    const claim = await network.post(batch);
    const free = () =>
      network.send(
        watcher,
        settlement('freeNonces'),
        batch.header,
        claim.posted.certificateHash,
        toHex(batch.nullifiers),
      );
    assert.equal(await refusalOf(free()), 'NotConvicted');
    await convict(batch, claim);
    const again = await network.build(tasks);
    assert.equal(await refusalOf(network.post(again)), 'NonceUsed');
    const { logs } = await free();
    const [freed] = parseEventLogs({ abi: settlementAbi, eventName: 'NoncesFreed', logs });
    assert.equal(freed?.args.nullifiers, toHex(batch.nullifiers));
    assert.equal(await refusalOf(free()), 'NoncesAlreadyFreed');
    await network.post(again);
  });

  test('a running payout request shrinks by exactly the credit that is taken back', async () => {
    await network.post(await buildFor('carol'));
    const payee = await firstPayee();
    const kept = await network.read<bigint>(escrow('earnedOf'), payee.account);
    const { batch, claim } = await postFraud();
    const all = await network.read<bigint>(escrow('earnedOf'), payee.account);
    await network.send(payee.wallet, escrow('requestWithdrawal'), 1, all);
    await network.post(await buildFor('bob', 'carol'));
    const later = (await network.read<bigint>(escrow('earnedOf'), payee.account)) - all;
    await convict(batch, claim);
    const request = await network.read<{ units: bigint }>(escrow('requestOf'), 1, payee.account);
    assert.equal(request.units, kept);
    await chain.testClient.increaseTime({ seconds: 2 * WINDOW_SEC });
    await network.send(watcher, escrow('complete'), 1, payee.account);
    // The later credit was not touched by the request of before.
    assert.equal(await network.read(escrow('earnedOf'), payee.account), later);
  });

  /** The model's provider: it is paid by every batch. */
  const firstPayee = async () => {
    const wallet = await chain.fundedWallet(accountOfKey('provider'));
    const account = await network.read<number>(escrow('accountOf'), wallet.account.address);
    return { wallet, account };
  };

  const proposerRow = (slot: bigint): number => drawProposer({ ...network, slot }) ?? -1;

  test('signers lose half, the proposer all; a tenth is the prover’s, in as many steps as it likes', async () => {
    const { batch, claim } = await postFraud();
    await convict(batch, claim);
    const slash = (count: number) =>
      network.send(deputy, settlement('slashSigners'), batch.header, claim.certificate, count);
    const deputy = await chain.fundedWallet();
    await slash(3);
    await slash(100);
    await slash(100);
    const proposer = proposerRow(batch.header.slot);
    let taken = 0n;
    for (let i = 0; i < OPERATORS; i++) {
      const left = await stakeOf(i);
      assert.equal(left, i === proposer ? 0n : parseEther('25000'));
      taken += parseEther('50000') - left;
    }
    const { token } = network.deployment.addresses;
    const reward = await network.read<bigint>([token, mlbTokenAbi, 'balanceOf'], watcher.account.address);
    assert.equal(reward, taken / 10n);
    assert.equal(await network.read([token, mlbTokenAbi, 'balanceOf'], deputy.account.address), 0n);
  });

  test('who has not signed is not slashed, be it the proposer; another certificate proves nothing', async () => {
    const slot = 7n;
    const signers = Array.from({ length: OPERATORS }, (_, row) => row).filter((row) => row !== proposerRow(slot));
    const { batch, claim } = await postFraud(signers);
    const slash = (certificate: Hex) => network.send(watcher, settlement('slashSigners'), batch.header, certificate, 9);
    assert.equal(await refusalOf(slash(claim.certificate)), 'NotConvicted');
    await convict(batch, claim);
    assert.equal(await refusalOf(slash(`${claim.certificate}00`)), 'NotConvicted');
    await slash(claim.certificate);
    assert.equal(await stakeOf(proposerRow(slot)), parseEther('50000'));
    assert.equal(await stakeOf(signers[0] ?? 0), parseEther('25000'));
  });

  test('a second batch is convicted like the first one, and each of them once', async () => {
    const first = await postFraud();
    const second = await postFraud();
    const start = await lanes();
    await convict(second.batch, second.claim);
    await convict(first.batch, first.claim);
    assert.equal(await refusalOf(convict(second.batch, second.claim)), 'NotOpen');
    assert.notDeepEqual(await lanes(), start);
    const earned = (await lanes()).filter((_, i) => i % 2 === 1);
    assert.ok(earned.every((units) => units === 0n));
  });

  test('only a judge reverts, and settles single tasks', async () => {
    const { batch, claim } = await postFraud();
    const conviction = {
      reporter: watcher.account.address,
      proposerBps: 0,
      signerBps: 0,
      punished: 0,
      noncesFreed: false,
    };
    const args = [batch.header, claim.posted.certificateHash, toHex(batch.deltas), conviction] as const;
    assert.equal(await refusalOf(network.send(watcher, settlement('revertBatch'), ...args)), 'NotJudge');
    const item = {
      taskId: claim.posted.certificateHash,
      deltas: '0x',
      nullifiers: '0x',
      treasuryUnits: 0n,
      burnUnits: 0n,
    };
    assert.equal(await refusalOf(network.send(watcher, settlement('settleItem'), item)), 'NotJudge');
  });

  describe('without a certificate', () => {
    const postOptimistic = async (wallet: Wallet, batch: ClaimedBatch): Promise<PostedClaim> => {
      const args = [batch.header, toHex(batch.deltas), toHex(batch.nullifiers)] as const;
      const receipt = await network.send(wallet, settlement('postOptimistic'), ...args);
      const [posted] = parseEventLogs({ abi: settlementAbi, eventName: 'BatchPosted', logs: receipt.logs });
      const certificateHash = posted?.args.certificateHash as Hex;
      const header = { header: batch.header, certificateHash, deltas: toHex(batch.deltas) };
      return { posted: header, certificate: wallet.account.address, receipt };
    };

    test('an operator posts when no batch came for two hours, and not before', async () => {
      const operator = await chain.fundedWallet(accountOfKey(operatorName(2)));
      await network.post(await buildFor('alice'));
      const batch = await buildFor('bob');
      assert.equal(await refusalOf(postOptimistic(operator, batch)), 'CertifiedBatchesCome');
      await chain.testClient.increaseTime({ seconds: 7200 });
      assert.equal(await refusalOf(postOptimistic(watcher, batch)), 'NotAttester');
      await postOptimistic(operator, batch);
      assert.equal(await refusalOf(postOptimistic(operator, await buildFor('carol'))), 'CertifiedBatchesCome');
      await network.post(await buildFor('carol'));
    });

    test('its poster pays with its whole stake for a wrong one', async () => {
      const tasks = await network.tasks([{ requester: 'alice', order: { deadline: 10n ** 10n } }]);
      await chain.testClient.increaseTime({ seconds: 7200 });
      await chain.testClient.mine({ blocks: 1 });
      const honest = await network.build(tasks);
      // The proposer of its slot loses everything; whoever else posts, half.
      const poster = proposerRow(honest.header.slot);
      const operator = await chain.fundedWallet(accountOfKey(operatorName(poster)));
      const batch = forge(honest, withoutRows);
      const claim = await postOptimistic(operator, batch);
      await convict(batch, claim);
      await network.send(watcher, settlement('slashSigners'), batch.header, operator.account.address, 1);
      assert.equal(await stakeOf(poster), 0n);
      for (let i = 0; i < OPERATORS; i++) if (i !== poster) assert.equal(await stakeOf(i), parseEther('50000'));
    });
  });

  describe('while the guardian pauses', () => {
    const guardian = () => chain.fundedWallet(accountOfKey('treasury'));

    test('nothing is posted, exits go on, and a pause of three days needs a break of three', async () => {
      const pausing = await guardian();
      await network.post(await buildFor('alice'));
      assert.equal(await refusalOf(network.send(watcher, settlement('pausePost'))), 'NotGuardian');
      assert.equal(await refusalOf(network.send(watcher, settlement('unpausePost'))), 'NotGuardian');
      await network.send(pausing, settlement('pausePost'));
      const batch = await buildFor('bob');
      assert.equal(await refusalOf(network.post(batch)), 'Paused');
      const { wallet, account } = await firstPayee();
      const earned = await network.read<bigint>(escrow('earnedOf'), account);
      await network.send(wallet, escrow('requestWithdrawal'), 1, earned);
      await chain.testClient.increaseTime({ seconds: 2 * WINDOW_SEC });
      await network.send(watcher, escrow('complete'), 1, account);
      await network.send(pausing, settlement('unpausePost'));
      assert.equal(await refusalOf(network.send(pausing, settlement('pausePost'))), 'PauseTooSoon');
      await network.post(batch);
      await chain.testClient.increaseTime({ seconds: 3 * 86_400 });
      await network.send(pausing, settlement('pausePost'));
    });

    test('a pause ends by itself', async () => {
      await network.send(await guardian(), settlement('pausePost'));
      await chain.testClient.increaseTime({ seconds: 3 * 86_400 });
      await chain.testClient.mine({ blocks: 1 });
      await network.post(await buildFor('bob'));
    });

    test('equivocations, reverts and key rotations go on', async () => {
      const { batch, claim } = await postFraud();
      await network.send(await guardian(), settlement('pausePost'));
      await convict(batch, claim);
      const { operatorRegistry } = network.deployment.addresses;
      await network.send(watcher, [operatorRegistry, operatorRegistryAbi, 'sealEpoch']);
    });
  });
});
