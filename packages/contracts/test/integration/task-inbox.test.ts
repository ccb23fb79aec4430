import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address, Bytes32, createDomain, ModelId, type TaskOrder, taskIdOf } from '@mlb/protocol';
import { deployProtocol, taskInboxAbi } from '../../abi/index.ts';
import { createTestChain } from '../support/chain.ts';

const word = (byte: string): `0x${string}` => `0x${byte.repeat(32)}`;

test('an order has the same task id in the inbox as on every node', async () => {
  await using chain = await createTestChain();
  const walletClient = await chain.fundedWallet();
  const { publicClient } = chain;
  const owner = walletClient.account.address;
  const delays = { challengeWindowSec: 5, escrowDelaySec: 30, payoutDelaySec: 5, unbondSec: 10 };
  const params = { initialHolder: owner, treasury: owner, epochBlocks: 4, ...delays };
  const { addresses, chainId } = await deployProtocol({ walletClient, publicClient, params });
  const order: TaskOrder = {
    requester: Address(owner.toLowerCase()),
    modelId: ModelId(word('11')),
    inputKind: 1,
    inputHash: Bytes32(word('22')),
    inputCidDigest: Bytes32(word('33')),
    computeUnits: 500,
    maxFee: 10n ** 18n,
    tipPerSeat: 7n,
    valueAtRisk: 8n,
    redundancy: 4,
    tolClass: 2,
    flags: 1,
    anchorBlock: 9n,
    anchorHash: Bytes32(word('44')),
    deadline: 1_700_000_000n,
    nonce: 513n,
    replyKey: Bytes32(word('55')),
  };
  const onChain = await publicClient.readContract({
    address: addresses.taskInbox ?? '0x',
    abi: taskInboxAbi,
    functionName: 'taskIdOf',
    args: [order],
  });
  assert.equal(onChain, taskIdOf(createDomain(chainId, Address(addresses.settlement)), order));
});
