import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Deployment, escrowAbi, operatorRegistryAbi } from '@mlb/contracts';
import { Address, snapshotRowsBytes, toHex } from '@mlb/protocol';
import { createBlockLog } from '../../src/chain/block-log.ts';
import { type BlockSource, createBlockSource } from '../../src/chain/block-source.ts';
import { createChainClient, requireChainId } from '../../src/chain/client.ts';
import { createLogDecoder, watchedAddresses } from '../../src/chain/decode.ts';
import { ChainError } from '../../src/chain/error.ts';
import { createIndexer } from '../../src/chain/indexer.ts';
import { openChain } from '../../src/chain/open-chain.ts';
import { createMemoryClock } from '../../src/clock/memory.ts';
import type { ChainBlock } from '../../src/port/chain.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { type Evm, startEvm } from './evm.ts';
import { fundRequester, joinOperator, publishModel } from './operators.ts';

const sessionKey = (n: number): Address => Address(`0x${n.toString(16).padStart(40, '0')}`);

let evm: Evm;
let deployment: Deployment;
before(async () => {
  evm = await startEvm();
  deployment = await evm.deploy();
  for (const n of [1, 2, 3]) {
    await joinOperator(evm, deployment, { accountIndex: n, sessionKey: sessionKey(n), stakeMlb: 75_000n * BigInt(n) });
  }
  await publishModel(evm, deployment, { accountIndex: 4, priceWei: 10n ** 9n });
  await fundRequester(evm, deployment, { accountIndex: 5, units: 1000n });
});
after(() => evm.close());

const open = (store = createMemoryStore(), rpcUrl = evm.rpcUrl) => {
  const chain = openChain({ deployment, rpcUrls: [rpcUrl], store, clock: createMemoryClock() });
  const seen: (ChainBlock | bigint)[] = [];
  chain.indexer.subscribe({
    apply: (block) => void seen.push(block),
    rollback: (ancestor) => void seen.push(ancestor),
  });
  return { ...chain, store, seen };
};

/** Snapshot, run, and take the blocks back. */
const inBranch = async (run: () => Promise<void>): Promise<void> => {
  const id = await evm.rpc('evm_snapshot');
  try {
    await run();
  } finally {
    await evm.rpc('evm_revert', id);
  }
};

test('the state folded from events is what the contracts say, operators, models, money and epochs', async () => {
  const joined = await fundRequester(evm, deployment, { accountIndex: 6, units: 5n });
  await joined.requestWithdrawal(0, 2n, 'withdraw');
  await joined.sealEpoch('seal');
  const { indexer, state, client } = open();
  await indexer.start();
  await indexer.refresh();

  const requester = Address(evm.account(6).address);
  assert.equal(state.freeEscrowUnits(requester), 3n);
  const account = state.accountOf(requester);
  assert.ok(account !== undefined);
  const contract = { address: deployment.addresses.escrow, abi: escrowAbi } as const;
  assert.equal(
    state.escrowUnits(account),
    await client.readContract({ ...contract, functionName: 'escrowOf', args: [account] }),
  );
  const snapshot = state.latestSnapshot();
  assert.ok(snapshot !== undefined);
  const registry = { address: deployment.addresses.operatorRegistry, abi: operatorRegistryAbi } as const;
  const rows = await client.readContract({ ...registry, functionName: 'rowsOf', args: [snapshot.epoch] });
  assert.equal(toHex(snapshotRowsBytes(snapshot)), rows);
  assert.ok(
    snapshot.rows.every(({ peerKey }) => peerKey !== undefined),
    'bindings signed by libp2p keys hold',
  );
  assert.equal(state.models()[0]?.name, 'mnist');
  assert.equal(state.baseFee(), 10n ** 15n);
  assert.deepEqual(state.snapshotAt(snapshot.sealedAtBlock), snapshot);
  assert.equal(state.snapshotAt(snapshot.sealedAtBlock - 1n)?.epoch, undefined);
  assert.equal(indexer.health().type, 'following');
  await indexer.stop();
});

test('a reorg undoes exactly the abandoned blocks, and the blocks of the new fork follow', async () => {
  const { indexer, state, seen } = open();
  const stranger = Address(evm.account(7).address);
  let ancestor = 0n;
  await inBranch(async () => {
    ancestor = await evm.client.getBlockNumber({ cacheTime: 0 });
    await fundRequester(evm, deployment, { accountIndex: 7, units: 7n });
    await indexer.start();
    await indexer.refresh();
    assert.equal(state.freeEscrowUnits(stranger), 7n);
  });
  seen.length = 0;
  // Three other blocks on the ancestor: as high as the abandoned ones, and another deposit.
  await fundRequester(evm, deployment, { accountIndex: 7, units: 9n });
  await indexer.refresh();
  await indexer.refresh();
  assert.equal(state.freeEscrowUnits(stranger), 9n);
  assert.equal(seen[0], ancestor, 'rollback to the common ancestor comes first');
  const head = await evm.client.getBlock();
  assert.equal(indexer.head().hash, head.hash);
  assert.equal(indexer.blockHash(head.number), head.hash);
  await indexer.stop();
});

test('after a restart it goes on from disk: the same state, and only new blocks are asked for', async () => {
  const first = open();
  await first.indexer.start();
  await first.indexer.refresh();
  await first.indexer.stop();

  // Nothing listens on port 1: whatever comes now comes from disk.
  const offline = open(first.store, 'http://127.0.0.1:1');
  await offline.indexer.start();
  await offline.indexer.refresh();
  assert.deepEqual(offline.indexer.head(), first.indexer.head());
  assert.deepEqual(offline.state.latestSnapshot(), first.state.latestSnapshot());
  assert.equal(offline.indexer.health().type, 'stalled');
  await offline.indexer.stop();

  await evm.mine(2);
  const again = open(first.store);
  await again.indexer.start();
  await again.indexer.refresh();
  assert.equal(again.indexer.head().number, first.indexer.head().number + 2n);
  await again.indexer.stop();
});

test('an L2 that is down stalls the indexer without an exception, and it follows when the L2 is back', async () => {
  const other = await startEvm();
  const otherDeployment = await other.deploy();
  const { port } = new URL(other.rpcUrl);
  const chain = openChain({
    deployment: otherDeployment,
    rpcUrls: [`http://127.0.0.1:${port}`],
    store: createMemoryStore(),
    clock: createMemoryClock(),
  });
  await chain.indexer.start();
  await chain.indexer.refresh();
  await other.close();
  await chain.indexer.refresh();
  const health = chain.indexer.health();
  assert.equal(health.type, 'stalled');
  const error = health.type === 'stalled' ? health.error : undefined;
  assert.ok(error instanceof ChainError && error.code === 'CHAIN_UNREACHABLE');
  assert.match(error.message, /did not answer at http:\/\/127\.0\.0\.1/);
  await chain.indexer.stop();
});

test('a second RPC serves when the first does not answer', async () => {
  const chain = openChain({
    deployment,
    rpcUrls: ['http://127.0.0.1:1', evm.rpcUrl],
    store: createMemoryStore(),
    clock: createMemoryClock(),
  });
  await chain.indexer.start();
  await chain.indexer.refresh();
  assert.equal(chain.indexer.health().type, 'following');
  await chain.indexer.stop();
});

test('an RPC of another chain is refused at the start, with both ids', async () => {
  const chain = openChain({
    deployment: { ...deployment, chainId: 1 },
    rpcUrls: [evm.rpcUrl],
    store: createMemoryStore(),
    clock: createMemoryClock(),
  });
  await assert.rejects(chain.indexer.start(), (error) => {
    assert.ok(error instanceof ChainError);
    assert.equal(error.code, 'WRONG_CHAIN');
    assert.match(error.message, /serves chain 31337.*on chain 1\./);
    return true;
  });
  await chain.indexer.stop();
});

test('far behind the head it reads logs in ranges and still knows the last 512 hashes', async () => {
  await inBranch(async () => {
    await fundRequester(evm, deployment, { accountIndex: 8, units: 3n });
    await evm.mine(600);
    const { indexer, state, seen } = open();
    await indexer.start();
    await indexer.refresh();
    assert.equal(state.freeEscrowUnits(Address(evm.account(8).address)), 3n);
    const head = indexer.head();
    assert.equal(head.number, await evm.client.getBlockNumber({ cacheTime: 0 }));
    const deep = await evm.client.getBlock({ blockNumber: head.number - 511n });
    assert.equal(indexer.blockHash(deep.number), deep.hash);
    assert.ok(BigInt(seen.length) < head.number, 'empty deep blocks are not shown');
    await indexer.stop();
  });
});

test('an observer that throws stops indexing loudly instead of skipping the block', async () => {
  const failures: ChainError[] = [];
  const chain = openChain({
    deployment,
    rpcUrls: [evm.rpcUrl],
    store: createMemoryStore(),
    clock: createMemoryClock(),
    onFailed: (error) => failures.push(error),
  });
  chain.indexer.subscribe({
    apply: () => {
      throw new Error('broken observer');
    },
    rollback: () => undefined,
  });
  await chain.indexer.start();
  await chain.indexer.refresh();
  await chain.indexer.refresh();
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['OBSERVER_FAILED'],
  );
  assert.equal(chain.indexer.health().type, 'failed');
  await chain.indexer.stop();
});

test('keys in the path of an RPC URL do not show in errors', async () => {
  const client = createChainClient({ chainId: 1, rpcUrls: ['http://127.0.0.1:1/v3/secret-key'] });
  await assert.rejects(requireChainId(client, 1), (error) => {
    assert.ok(error instanceof ChainError && error.code === 'CHAIN_UNREACHABLE');
    assert.doesNotMatch(error.message, /secret-key/);
    return true;
  });
});

test('whoever acts on the head is called at the head only, never for the past', async () => {
  const first = open();
  await first.indexer.start();
  await first.indexer.refresh();
  await first.indexer.stop();
  await evm.mine(3);

  const again = open(first.store);
  const acted: bigint[] = [];
  const atHead = (): void => void acted.push(again.indexer.head().number);
  again.indexer.subscribe({ apply: () => undefined, rollback: () => undefined, atHead });
  await again.indexer.start();
  await again.indexer.refresh();
  await again.indexer.refresh();
  assert.deepEqual(acted, [await evm.client.getBlockNumber({ cacheTime: 0 })]);
  await again.indexer.stop();
});

test('an address behind which another chain appears while the daemon runs is not followed', async () => {
  const other = await startEvm(4242);
  const source = createBlockSource(evm.client, { chainId: 31337, addresses: watchedAddresses(deployment) });
  const foreign = createBlockSource(other.client, { chainId: 31337, addresses: watchedAddresses(deployment) });
  let current: BlockSource = source;
  const down: BlockSource = { ...source, latest: () => Promise.reject(new ChainError('CHAIN_UNREACHABLE', 'down')) };
  const indexer = createIndexer({
    chainId: 31337,
    startBlock: BigInt(deployment.startBlock),
    source: new Proxy(source, { get: (_, name) => Reflect.get(current, name) }),
    log: createBlockLog(createMemoryStore(), 'chain/'),
    decode: createLogDecoder(deployment),
    clock: createMemoryClock(),
    pollMs: 1000,
  });
  await indexer.start();
  await indexer.refresh();
  const head = indexer.head();
  current = down;
  await indexer.refresh();
  current = foreign;
  await other.mine(Number(head.number) + 5);
  await indexer.refresh();
  assert.deepEqual(indexer.head(), head);
  const health = indexer.health();
  assert.ok(health.type === 'stalled' && health.error instanceof ChainError && health.error.code === 'WRONG_CHAIN');
  await indexer.stop();
  await other.close();
});
