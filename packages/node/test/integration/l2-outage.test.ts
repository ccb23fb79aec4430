import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Deployment } from '@mlb/contracts';
import type { ApiClient } from '../../src/api/client.ts';
import { ApiResponseError } from '../../src/api/client-error.ts';
import { type Evm, startEvm } from '../chain/evm.ts';
import { createTestHome } from './daemon-home.ts';
import { openL2Line } from './l2-line.ts';

const SUBMISSION = { model: 'mnist', inputs: [{ name: 'x', data: [1] }] };

/** Looks again until it holds; the test's own timeout ends it. */
const until = async (holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
  while (!(await holds())) await wait(50, undefined, { signal });
};

const chainCheck = async (client: ApiClient): Promise<{ readonly ok: boolean; readonly detail: string }> => {
  const { checks } = await client.readiness();
  const check = checks.find(({ name }) => name === 'chain');
  assert.ok(check !== undefined);
  return check;
};

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ApiResponseError, String(error));
    return error.code;
  }
  throw new Error('it was not refused');
};

describe('while the L2 is down', () => {
  let evm: Evm;
  let deployment: Deployment;

  before(async () => {
    evm = await startEvm();
    deployment = await evm.deploy();
  });
  after(() => evm.close());

  it('a daemon starts, says so, refuses what needs it, and goes on when it is back', async (t) => {
    const line = await openL2Line(evm.rpcUrl, { isCut: true });
    t.after(line.close);
    const home = await createTestHome({ deployment, rpcUrl: line.rpcUrl });
    t.after(home.close);
    await home.start();
    const client = await home.client();
    await until(async () => (await chainCheck(client)).detail.includes('does not answer'), t.signal);
    const readiness = await client.readiness();
    assert.equal(readiness.ready, false);
    assert.ok((await chainCheck(client)).detail.includes(line.rpcUrl));
    assert.equal((await client.nodeStatus()).chain.connected, false);
    assert.equal(await codeOf(client.depositEscrow({ amountWei: '1000000000' })), 'CHAIN_UNREACHABLE');
    assert.equal(await codeOf(client.submitTask(SUBMISSION)), 'CHAIN_UNREACHABLE');
    line.mend();
    await until(async () => (await chainCheck(client)).ok, t.signal);
    await evm.mine();
    const head = Number(await evm.client.getBlockNumber());
    await until(async () => (await client.nodeStatus()).chain.headBlock === head, t.signal);
    assert.equal(await codeOf(client.submitTask(SUBMISSION)), 'MODEL_UNKNOWN');
  });

  it('a running daemon says so, keeps what it knows, and misses no block', async (t) => {
    const line = await openL2Line(evm.rpcUrl, { isCut: false });
    t.after(line.close);
    const home = await createTestHome({ deployment, rpcUrl: line.rpcUrl });
    t.after(home.close);
    await home.start();
    const client = await home.client();
    await until(async () => (await chainCheck(client)).ok, t.signal);
    line.cut();
    await until(async () => !(await chainCheck(client)).ok, t.signal);
    const { headBlock } = (await client.nodeStatus()).chain;
    await evm.mine(3);
    assert.equal((await client.nodeStatus()).chain.headBlock, headBlock);
    line.mend();
    await until(async () => (await client.nodeStatus()).chain.headBlock === headBlock + 3, t.signal);
    assert.ok((await chainCheck(client)).ok);
  });

  it('a daemon of another chain does not start', async (t) => {
    const home = await createTestHome({ deployment: { ...deployment, chainId: 31338 }, rpcUrl: evm.rpcUrl });
    t.after(home.close);
    await assert.rejects(home.start(), { code: 'WRONG_CHAIN' });
  });
});
