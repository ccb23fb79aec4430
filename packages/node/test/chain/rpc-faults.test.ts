import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Deployment } from '@mlb/contracts';
import { Address } from '@mlb/protocol';
import { ChainError } from '../../src/chain/error.ts';
import { type OpenedChain, openChain } from '../../src/chain/open-chain.ts';
import { createTxManager, type TxManager } from '../../src/chain/tx-manager.ts';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { type Evm, startEvm } from './evm.ts';
import { type FaultyRpc, openFaultyRpc, type RpcFault } from './faulty-rpc.ts';

const FAULTS: readonly Exclude<RpcFault, 'none'>[] = [
  'rate-limited',
  'server-error',
  'hang',
  'garbage',
  'wrong-shape',
  'cut-off',
];
const SENDER = 3;

let evm: Evm;
let rpc: FaultyRpc;
let chain: OpenedChain;
let tx: TxManager;
let deployment: Deployment;
const clock = createMemoryClock();

before(async () => {
  evm = await startEvm();
  deployment = await evm.deploy();
  rpc = await openFaultyRpc(evm.rpcUrl);
  const store = createMemoryStore();
  chain = openChain({ deployment, rpcUrls: [rpc.url], store, clock, rpcTimeoutMs: 2000 });
  const account = evm.account(SENDER);
  tx = createTxManager({ client: chain.client, chainId: evm.chainId, account, store, clock });
  await chain.indexer.start();
  await chain.indexer.refresh();
});
after(async () => {
  await chain.indexer.stop();
  await tx.stop();
  await rpc.close();
  await evm.close();
});

const stalledError = (): ChainError => {
  const health = chain.indexer.health();
  assert.equal(health.type, 'stalled');
  assert.ok(health.type === 'stalled' && health.error instanceof ChainError, String(health));
  return health.error;
};

describe('an RPC that fails', () => {
  for (const fault of FAULTS) {
    it(`${fault}: the indexer says so without the secret in the URL, and misses no block afterwards`, async () => {
      rpc.fault = fault;
      await evm.mine(3);
      await chain.indexer.refresh();
      const error = stalledError();
      assert.equal(error.code, 'CHAIN_UNREACHABLE');
      assert.match(error.message, /Check (that )?rpcUrl/);
      assert.doesNotMatch(error.message, /s3cret/);
      assert.ok(rpc.failed > 0);

      rpc.fault = 'none';
      await chain.indexer.refresh();
      assert.equal(chain.indexer.health().type, 'following');
      const head = await evm.client.getBlock({ blockTag: 'latest' });
      assert.equal(chain.state.head()?.hash, head.hash);
      assert.equal(chain.indexer.blockHash(head.number - 1n), head.parentHash);
    });

    it(`${fault}: a transaction waits for the end of it, and is mined once`, async () => {
      const address = evm.account(SENDER).address;
      const before_ = await evm.client.getTransactionCount({ address });
      rpc.fault = fault;
      const sent = tx.send({ key: fault, to: Address(address), data: '0x' });
      await tx.refresh();
      const error = tx.lastError();
      assert.ok(error instanceof ChainError && error.code === 'CHAIN_UNREACHABLE', String(error));
      assert.doesNotMatch(error.message, /s3cret/);
      assert.equal(await evm.client.getTransactionCount({ address }), before_);

      rpc.fault = 'none';
      await tx.refresh();
      await tx.refresh();
      const outcome = await sent;
      assert.ok(outcome.type === 'mined' && outcome.status === 'success');
      await tx.refresh();
      assert.equal(await evm.client.getTransactionCount({ address }), before_ + 1);
      assert.deepEqual(tx.pending(), []);
    });
  }
});
