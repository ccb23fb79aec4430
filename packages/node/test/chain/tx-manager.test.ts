import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Address, type Hex } from '@mlb/protocol';
import { createWalletClient, http } from 'viem';
import { createChainClient } from '../../src/chain/client.ts';
import { ChainError } from '../../src/chain/error.ts';
import { protocolErrorsAbi } from '../../src/chain/operator-actions.ts';
import type { TxOutcome } from '../../src/chain/send-state.ts';
import { createTxManager, type TxManager, type TxManagerOptions } from '../../src/chain/tx-manager.ts';
import { createMemoryClock, type MemoryClock } from '../../src/clock/memory.ts';
import type { Store } from '../../src/port/store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { type Evm, startEvm } from './evm.ts';

const SENDER = 1;
const TARGET = Address('0x00000000000000000000000000000000000000aa');
const GWEI = 10n ** 9n;

let evm: Evm;
let store: Store;
let clock: MemoryClock;
before(async () => {
  evm = await startEvm();
});
after(() => evm.close());
beforeEach(async () => {
  await evm.automine(false);
  // What an earlier test left in the pool.
  await evm.mine();
  store = createMemoryStore();
  clock = createMemoryClock();
});

const open = (options: Partial<TxManagerOptions> = {}): TxManager =>
  createTxManager({
    client: evm.client,
    chainId: evm.chainId,
    account: evm.account(SENDER),
    store,
    clock,
    bumpAfterMs: 1000,
    errorsAbi: protocolErrorsAbi,
    ...options,
  });

const paid = async (before: bigint): Promise<bigint> => (await evm.client.getBalance({ address: TARGET })) - before;
const balance = (): Promise<bigint> => evm.client.getBalance({ address: TARGET });
const nonceOf = (): Promise<number> => evm.client.getTransactionCount({ address: evm.account(SENDER).address });
const pay = (key: string, valueWei = 1n) => ({ key, to: TARGET, data: '0x' as Hex, valueWei });

const assertMined = (outcome: TxOutcome): Extract<TxOutcome, { type: 'mined' }> => {
  assert.equal(
    outcome.type,
    'mined',
    JSON.stringify(outcome, (_, value) => `${value}`),
  );
  if (outcome.type !== 'mined') throw new Error('unreachable');
  assert.equal(outcome.status, 'success');
  return outcome;
};

/** A client whose `sendRawTransaction` loses the transaction or never comes back. */
const faulty = (sendRaw: () => Promise<never>): typeof evm.client => ({ ...evm.client, sendRawTransaction: sendRaw });

test('twenty sends at once get twenty nonces in order, and one key is sent once', async () => {
  const tx = open();
  const start = await balance();
  const sends = Array.from({ length: 20 }, (_, i) => tx.send(pay(`pay:${i}`)));
  const again = tx.send(pay('pay:3'));
  await tx.refresh();
  assert.equal(tx.pending().length, 20);
  await evm.mine();
  await tx.refresh();
  const outcomes = await Promise.all([...sends, again]);
  for (const outcome of outcomes) assertMined(outcome);
  assert.equal(await paid(start), 20n);
  assertMined(await sendDone(tx, 'pay:3'));
  assert.equal(await paid(start), 20n);
});

/** A send whose key is already done: one look suffices. */
const sendDone = async (tx: TxManager, key: string): Promise<TxOutcome> => {
  const outcome = tx.send(pay(key));
  await tx.refresh();
  return outcome;
};

test('killed between journal and wire, it sends exactly one transaction after the restart', async () => {
  const start = await balance();
  const nonce = await nonceOf();
  const crashed = open({ client: faulty(() => Promise.reject(new Error('killed'))) });
  void crashed.send(pay('batch:12'));
  await crashed.refresh();
  assert.equal(crashed.pending().length, 1, 'journalled');
  assert.ok(crashed.lastError() instanceof ChainError);
  await evm.mine();
  assert.equal(await nonceOf(), nonce, 'nothing was on the wire');

  // Nobody asks again: the journal alone brings it to the chain.
  const restarted = open();
  await restarted.refresh();
  await evm.mine();
  await restarted.refresh();
  assert.equal(await paid(start), 1n);
  assertMined(await sendDone(restarted, 'batch:12'));
  assert.equal(await paid(start), 1n);
  assert.equal(await nonceOf(), nonce + 1);
});

test('killed after the wire, it finds its transaction mined and does not send another', async () => {
  const start = await balance();
  const crashed = open();
  void crashed.send(pay('batch:12'));
  await crashed.refresh();
  await evm.mine();

  const restarted = open();
  assertMined(await sendDone(restarted, 'batch:12'));
  assert.equal(await paid(start), 1n);
  assert.deepEqual(restarted.pending(), []);
});

test('a fee that became too low is raised by at least a tenth, and only one attempt is mined', async () => {
  const tx = open();
  const start = await balance();
  const outcome = tx.send(pay('spike'));
  await tx.refresh();
  const [first] = tx.pending()[0]?.attempts ?? [];
  assert.ok(first !== undefined);
  await evm.rpc('hardhat_setNextBlockBaseFeePerGas', `0x${(first.maxFeeWei * 9n).toString(16)}`);
  await evm.mine();
  clock.advance(1000);
  await tx.refresh();
  const attempts = tx.pending()[0]?.attempts ?? [];
  assert.equal(attempts.length, 2);
  assert.ok((attempts[1]?.maxFeeWei ?? 0n) * 10n >= first.maxFeeWei * 11n);
  assert.ok((attempts[1]?.tipWei ?? 0n) * 10n >= first.tipWei * 11n);
  await evm.mine();
  await tx.refresh();
  assert.equal(assertMined(await outcome).hash, attempts[1]?.hash);
  assert.equal(await paid(start), 1n);
});

test('the fee cap holds: nothing dearer is signed, and it is mined when fees fall', async () => {
  const base = (await evm.client.getBlock()).baseFeePerGas ?? 0n;
  const capWei = base * 3n + 2n * GWEI;
  const tx = open({ maxFeePerGasWei: capWei });
  const outcome = tx.send(pay('capped'));
  await tx.refresh();
  await evm.rpc('hardhat_setNextBlockBaseFeePerGas', `0x${(capWei * 100n).toString(16)}`);
  await evm.mine();
  for (let look = 0; look < 5; look += 1) {
    clock.advance(1000);
    await tx.refresh();
  }
  assert.ok(tx.pending()[0]?.attempts.every(({ maxFeeWei }) => maxFeeWei <= capWei));
  await evm.rpc('hardhat_setNextBlockBaseFeePerGas', `0x${base.toString(16)}`);
  await evm.mine();
  await tx.refresh();
  const { feeWei, gasUsed } = assertMined(await outcome);
  assert.ok(feeWei <= gasUsed * capWei);
});

test('dropped from the pool, it is sent again', async () => {
  const tx = open();
  const start = await balance();
  const outcome = tx.send(pay('dropped'));
  await tx.refresh();
  const hash = tx.pending()[0]?.attempts[0]?.hash;
  assert.equal(await evm.rpc('hardhat_dropTransaction', hash), true);
  await evm.mine();
  assert.equal(await paid(start), 0n);
  await tx.refresh();
  await evm.mine();
  await tx.refresh();
  assertMined(await outcome);
  assert.equal(await paid(start), 1n);
});

test('reorged out before it is deep enough, it is sent again; after it, too, when asked for by its key', async () => {
  const tx = open({ confirmations: 2n });
  const start = await balance();
  const shallow = await evm.rpc('evm_snapshot');
  const outcome = tx.send(pay('reorged'));
  await tx.refresh();
  await evm.mine();
  await tx.refresh();
  assert.equal(tx.pending().length, 1, 'one block is not deep enough');
  await evm.rpc('evm_revert', shallow);
  const deep = await evm.rpc('evm_snapshot');
  assert.equal(await paid(start), 0n);
  await tx.refresh();
  await evm.mine(2);
  await tx.refresh();
  assertMined(await outcome);
  assert.equal(await paid(start), 1n);

  await evm.rpc('evm_revert', deep);
  assert.equal(await paid(start), 0n, 'taken out once more, deeper than anybody waited');
  const again = tx.send(pay('reorged'));
  await tx.refresh();
  await evm.mine(2);
  await tx.refresh();
  assertMined(await again);
  assert.equal(await paid(start), 1n);
});

test('a nonce used by another program is given up after three looks, and the key can be sent anew', async () => {
  const tx = open();
  const start = await balance();
  const outcome = tx.send(pay('lost'));
  await tx.refresh();
  const [attempt] = tx.pending()[0]?.attempts ?? [];
  assert.ok(attempt !== undefined);
  const account = evm.account(SENDER);
  const wallet = createWalletClient({ account, transport: http(evm.rpcUrl) });
  await wallet.sendTransaction({
    ...{ to: account.address, value: 0n, nonce: await nonceOf(), gas: 21_000n, chain: null },
    ...{ maxFeePerGas: attempt.maxFeeWei * 3n, maxPriorityFeePerGas: attempt.tipWei * 3n },
  });
  await evm.mine();
  await tx.refresh();
  await tx.refresh();
  assert.equal(tx.pending().length, 1, 'a lagging RPC may show the nonce before the receipt');
  await tx.refresh();
  const lost = await outcome;
  assert.equal(lost.type, 'abandoned');
  assert.match(lost.type === 'abandoned' ? lost.reason : '', /another transaction than lost.*one program at a time/);

  const again = tx.send(pay('lost'));
  await tx.refresh();
  await evm.mine();
  await tx.refresh();
  assertMined(await again);
  assert.equal(await paid(start), 1n);
});

test('an L2 that is down is waited out', async () => {
  const start = await balance();
  const down = createChainClient({ chainId: evm.chainId, rpcUrls: ['http://127.0.0.1:1'] });
  let client = down;
  const switched = new Proxy(down, { get: (_, name) => Reflect.get(client, name) });
  const tx = open({ client: switched });
  const outcome = tx.send(pay('outage'));
  await tx.refresh();
  const error = tx.lastError();
  assert.ok(error instanceof ChainError && error.code === 'CHAIN_UNREACHABLE');
  client = evm.client;
  await tx.refresh();
  await evm.mine();
  await tx.refresh();
  assertMined(await outcome);
  assert.equal(tx.lastError(), undefined);
  assert.equal(await paid(start), 1n);
});

test('what the contract would refuse is not sent, and the reason is its own error', async () => {
  await evm.automine(true);
  const deployment = await evm.deploy();
  await evm.automine(false);
  const tx = open();
  const nonce = await nonceOf();
  const { encodeFunctionData } = await import('viem');
  const { operatorRegistryAbi } = await import('@mlb/contracts');
  const data = encodeFunctionData({ abi: operatorRegistryAbi, functionName: 'sealEpoch' });
  const outcome = tx.send({ key: 'seal', to: Address(deployment.addresses.operatorRegistry), data });
  await tx.refresh();
  assert.deepEqual(await outcome, { type: 'refused', reason: 'NothingToSeal()' });
  assert.equal(await nonceOf(), nonce);
});

test('an account without ether is told so', async () => {
  const { generatePrivateKey, privateKeyToAccount } = await import('viem/accounts');
  const tx = open({ account: privateKeyToAccount(generatePrivateKey()) });
  const outcome = tx.send(pay('poor'));
  await tx.refresh();
  const poor = await outcome;
  assert.equal(poor.type, 'refused');
  assert.match(poor.type === 'refused' ? poor.reason : '', /not enough ether/);
});

test('who waits may stop waiting; the transaction goes on', async () => {
  const tx = open();
  const start = await balance();
  const patience = new AbortController();
  const outcome = tx.send(pay('impatient'), patience.signal);
  await tx.refresh();
  patience.abort(new Error('enough'));
  await assert.rejects(outcome, /enough/);
  await evm.mine();
  await tx.refresh();
  assert.equal(await paid(start), 1n);
  assert.deepEqual(tx.pending(), []);
});

test('its own poll drives it: no refresh is needed', async () => {
  const tx = open({ pollMs: 100 });
  tx.start();
  const outcome = tx.send(pay('polled'));
  await tx.refresh();
  await evm.mine();
  // The loop sets its next timer after its first pass.
  await tx.refresh();
  assertMined(await outcome);
  await tx.stop();
  assert.equal(clock.pending(), 0);
});
