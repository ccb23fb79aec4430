import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { decodeDeltas, fromHex, leafToAbi, type SettledTask, UNIT_WEI } from '@mlb/protocol';
import { type Hex, parseEventLogs } from 'viem';
import { escrowAbi, leafProofsAbi, settlementAbi } from '../../abi/index.ts';
import { createTestChain, type TestChain, type Wallet } from '../support/chain.ts';
import { accountOfKey, createFraudNetwork, type FraudNetwork, operatorName } from '../support/network.ts';
import { refusalOf } from '../support/prove.ts';

const DELAY_SEC = 3600;

describe('a certified task that no batch takes', () => {
  let chain: TestChain;
  let network: FraudNetwork;
  let operator: Wallet;
  let task: SettledTask;
  let snapshotId: Hex;

  before(async () => {
    chain = await createTestChain();
    network = await createFraudNetwork(chain, { operators: 5, requesters: ['alice'] });
    operator = await chain.fundedWallet(accountOfKey(operatorName(0)));
    const order = { tipPerSeat: 3n * UNIT_WEI };
    [task] = (await network.tasks([{ requester: 'alice', order, signers: [0, 2, 3] }])) as [SettledTask];
  });
  beforeEach(async () => {
    snapshotId = await chain.testClient.snapshot();
  });
  afterEach(() => chain.testClient.revert({ id: snapshotId }));
  after(() => chain[Symbol.asyncDispose]());

  const target = (functionName: string) =>
    [network.deployment.addresses.leafProofs as Hex, leafProofsAbi, functionName] as const;
  const ask = (wallet = operator) => network.send(wallet, target('requestSettle'), task.certificate.statement.taskId);
  const leaf = async () => {
    const [first] = (await network.build([task])).leaves;
    return leafToAbi(first as NonNullable<typeof first>);
  };
  const settleOne = async (wallet = operator, by: object = {}) =>
    network.send(wallet, target('settleOne'), { ...(await leaf()), ...by });

  test('settles alone an hour after an operator asked, with the deltas of a batch, and the caller as its batcher', async () => {
    const batch = await network.build([task]);
    const given = leafToAbi(batch.leaves[0] as NonNullable<(typeof batch.leaves)[0]>);
    await ask();
    await chain.testClient.increaseTime({ seconds: DELAY_SEC });
    const { logs } = await network.send(operator, target('settleOne'), given);
    const [item] = parseEventLogs({ abi: settlementAbi, eventName: 'ItemSettled', logs });
    assert.equal(item?.args.taskId, task.certificate.statement.taskId);
    assert.equal(item?.args.treasuryUnits, batch.header.treasuryUnits);
    assert.equal(item?.args.burnUnits, batch.header.burnUnits);
    const escrow = (name: string) => [network.deployment.addresses.escrow, escrowAbi, name] as const;
    const caller = await network.read<number>(escrow('accountOf'), operator.account.address);
    const totals = (deltas: Uint8Array) => {
      const rows = decodeDeltas(deltas);
      const sum = (kind: number) => rows.reduce((all, row) => (row.kind === kind ? all + row.units : all), 0n);
      return [sum(0), sum(1)];
    };
    const deltas = fromHex(item?.args.deltas ?? '0x');
    assert.deepEqual(totals(deltas), totals(batch.deltas));
    assert.ok(decodeDeltas(deltas).some(({ kind, account }) => kind === 1 && account === caller));
    // Its nonce is used up: no batch settles it again.
    assert.equal(await refusalOf(network.post(batch)), 'NonceUsed');
    assert.equal(await refusalOf(network.send(operator, target('settleOne'), given)), 'NonceUsed');
  });

  test('batches have an hour first; a day later it is over', async () => {
    assert.equal(await refusalOf(settleOne()), 'NotDue');
    const given = await leaf();
    const settle = () => network.send(operator, target('settleOne'), given);
    await ask();
    assert.equal(await refusalOf(settle()), 'NotDue');
    await chain.testClient.increaseTime({ seconds: DELAY_SEC + 86_400 });
    assert.equal(await refusalOf(settle()), 'NotDue');
  });

  test('operators ask, once', async () => {
    assert.equal(await refusalOf(ask(await chain.fundedWallet())), 'NotOperator');
    await ask();
    assert.equal(await refusalOf(ask()), 'AlreadyRequested');
  });

  test('a leaf with any fault does not settle', async () => {
    const given = await leaf();
    await ask();
    await chain.testClient.increaseTime({ seconds: DELAY_SEC });
    const rows = given.committee as readonly number[];
    for (const by of [{ committee: rows.toReversed() }, { signatures: [] }, { orderR: `0x${'11'.repeat(32)}` }]) {
      assert.equal(await refusalOf(network.send(operator, target('settleOne'), { ...given, ...by })), 'LeafFaulty');
    }
  });

  test('asked for long after its deadline it does not settle', async () => {
    const given = await leaf();
    await chain.testClient.increaseTime({ seconds: 1500 });
    await ask();
    await chain.testClient.increaseTime({ seconds: DELAY_SEC });
    assert.equal(await refusalOf(network.send(operator, target('settleOne'), given)), 'LeafFaulty');
  });
});
