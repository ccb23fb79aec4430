import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deployProtocol,
  escrowAbi,
  mlbTokenAbi,
  operatorRegistryAbi,
  type ProtocolParams,
  settlementAbi,
  stakeManagerAbi,
} from '../../abi/index.ts';
import { createTestChain, type Wallet } from '../support/chain.ts';

const TREASURY = '0x00000000000000000000000000000000000007ea';

const paramsFor = (wallet: Wallet): ProtocolParams => ({
  initialHolder: wallet.account.address,
  treasury: TREASURY,
  epochBlocks: 4,
  challengeWindowSec: 5,
  escrowDelaySec: 30,
  payoutDelaySec: 5,
  unbondSec: 10,
});

test('a deployment is wired by addresses alone and survives JSON', async () => {
  await using chain = await createTestChain();
  const walletClient = await chain.fundedWallet();
  const { publicClient } = chain;
  const deployment = await deployProtocol({ walletClient, publicClient, params: paramsFor(walletClient) });
  assert.deepEqual(JSON.parse(JSON.stringify(deployment)), deployment);
  assert.equal(deployment.startBlock, 1);

  const { token, stakeManager, operatorRegistry, escrow, settlement } = deployment.addresses;
  const [supply, insurance, account, epoch, baseFee, nextIndex] = await Promise.all([
    publicClient.readContract({
      abi: mlbTokenAbi,
      address: token,
      functionName: 'balanceOf',
      args: [walletClient.account.address],
    }),
    publicClient.readContract({ abi: stakeManagerAbi, address: stakeManager, functionName: 'insurancePool' }),
    publicClient.readContract({
      abi: escrowAbi,
      address: escrow,
      functionName: 'accountOf',
      args: [TREASURY],
    }),
    publicClient.readContract({ abi: operatorRegistryAbi, address: operatorRegistry, functionName: 'epoch' }),
    publicClient.readContract({ abi: settlementAbi, address: settlement, functionName: 'baseFee' }),
    publicClient.readContract({ abi: settlementAbi, address: settlement, functionName: 'nextIndex' }),
  ]);
  assert.deepEqual([supply, insurance, account, epoch, baseFee, nextIndex], [10n ** 27n, 0n, 1, 0n, 10n ** 18n, 1n]);
});

test('transactions that wait for the next block do not stop a deployment', async () => {
  await using chain = await createTestChain(50);
  const walletClient = await chain.fundedWallet();
  const { publicClient } = chain;
  const deployment = await deployProtocol({ walletClient, publicClient, params: paramsFor(walletClient) });
  const code = await publicClient.getCode({ address: deployment.addresses.settlement });
  assert.ok(code !== undefined && code.length > 2);
});

test('a second deployment from the same account gets contracts of its own', async () => {
  await using chain = await createTestChain();
  const walletClient = await chain.fundedWallet();
  const options = { walletClient, publicClient: chain.publicClient, params: paramsFor(walletClient) };
  const [first, second] = [await deployProtocol(options), await deployProtocol(options)];
  assert.notEqual(first.addresses.settlement, second.addresses.settlement);
});

test('a payout delay shorter than the challenge window is refused by the contract', async () => {
  await using chain = await createTestChain();
  const walletClient = await chain.fundedWallet();
  const params = { ...paramsFor(walletClient), payoutDelaySec: 4 };
  await assert.rejects(
    deployProtocol({ walletClient, publicClient: chain.publicClient, params }),
    /DelayShorterThanWindow/,
  );
});
