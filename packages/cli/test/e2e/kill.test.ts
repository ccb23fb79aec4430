import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createApiClient, findDaemon, type TaskView } from '@mlb/node/client';
import { Address, createDomain } from '@mlb/protocol';
import { readSignedDuties } from '../../../node/test/integration/signed-duties.ts';
import { readTestDigits } from '../../src/demo/digits.ts';
import { readChainLedger } from '../../src/demo/ledger.ts';
import { orderOf, publishModels, waitForModels } from '../../src/demo/models.ts';
import { type Child, startChild } from '../../src/devnet/child.ts';
import { type Devnet, type DevnetNode, startDevnet } from '../../src/devnet/devnet.ts';

const OPERATORS = 5;
const ORDERS = 6;
const MAX_TRIES = 4;
const MAX_BATCHES = 4;
const VICTIMS = ['node-1', 'node-2'] as const;
const PROGRAM = new URL('../../src/devnet/node-process.ts', import.meta.url);

let root: string;
let devnet: Devnet;
const restarted: Child[] = [];
/** The operators with the processes they have now. */
const living = new Map<string, DevnetNode>();

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlb-kill-'));
  const operators = Array.from({ length: OPERATORS }, () => ({}));
  devnet = await startDevnet({ root, operators, blockTimeMs: 500, onProgress: () => {} });
  for (const node of devnet.operators) living.set(node.name, node);
  await waitForModels(devnet.operators, (await publishModels(devnet.requester.client)).length);
});

after(async () => {
  await Promise.all(restarted.map((child) => child.stop()));
  await devnet.stop();
  await rm(root, { recursive: true, force: true });
});

/** Resolves when the operator holds a seat of a running round. */
const untilSeated = async ({ client, operator }: DevnetNode, signal: AbortSignal): Promise<TaskView> => {
  for (;;) {
    const { tasks } = await client.tasks({ state: 'seeded' }, signal);
    const seated = tasks.find(({ seats }) => seats.some((seat) => seat.operator === operator));
    if (seated !== undefined) return seated;
    await wait(20, undefined, { signal });
  }
};

/** A new process on the home of the killed one. */
const restart = async (node: DevnetNode): Promise<DevnetNode> => {
  const { name, home } = node;
  const child = await startChild({ name, module: PROGRAM, args: [home], logFile: join(home, 'daemon.log') });
  restarted.push(child);
  const client = createApiClient(await findDaemon({ home, apiUrl: undefined, tokenFile: undefined }));
  const next = { ...node, child, client };
  living.set(name, next);
  return next;
};

/** Ordered until it is agreed: what was refunded may be ordered again. */
const order = async (index: number, signal: AbortSignal): Promise<TaskView> => {
  const digit = readTestDigits(ORDERS)[index % ORDERS];
  assert.ok(digit !== undefined);
  const { client } = devnet.requester;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const { taskId } = await client.submitTask(orderOf(digit, index), signal);
    const task = await client.waitForTask(taskId, 'agreed', signal);
    if (task.state === 'agreed' || task.state === 'settled') return task;
  }
  throw new Error(`order ${index}: no quorum in ${MAX_TRIES} tries`);
};

const metricOf = async ({ client }: Pick<DevnetNode, 'client'>, name: string): Promise<number> => {
  const lines = (await client.metrics())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

describe('daemons that are killed in the middle of tasks and started again', () => {
  it('finish what they can, take seats again, and never sign twice', { timeout: 120_000 }, async (t) => {
    const orders = Promise.all(Array.from({ length: ORDERS }, (_, index) => order(index, t.signal)));
    orders.catch(() => {});
    for (const name of VICTIMS) {
      const victim = living.get(name) as DevnetNode;
      const ordered = order(ORDERS, t.signal);
      ordered.catch(() => {});
      // With five operators four of five orders seat this one.
      await Promise.race([untilSeated(victim, t.signal), Promise.all([orders, ordered])]);
      await victim.child.kill();
      await restart(victim);
      await ordered;
    }
    await orders;

    // They execute again: each has signed one of the next orders.
    const silent = new Set(VICTIMS.map((name) => living.get(name)?.operator));
    for (let batch = 0; silent.size > 0; batch += 1) {
      assert.ok(batch < MAX_BATCHES, `no signature of ${[...silent]}`);
      const next = await Promise.all([0, 1, 2, 3].map((index) => order(index, t.signal)));
      for (const { taskId } of next) {
        const { state, seats } = await devnet.requester.client.waitForTask(taskId, 'settled', t.signal);
        assert.equal(state, 'settled');
        for (const { operator, signed } of seats) if (signed) silent.delete(operator);
      }
    }

    for (const node of [...living.values(), devnet.requester]) {
      assert.equal(await metricOf(node, 'mlb_evidence_total'), 0, `${node.name} saw an equivocation`);
    }
    const ledger = await readChainLedger(devnet.rpcUrl, devnet.deployment);
    assert.equal(ledger.slashedBps.size, 0);
    assert.ok(ledger.isConserved);
  });

  it('have on their disks one digest for each duty, and sent nothing else', async () => {
    const domain = createDomain(devnet.deployment.chainId, Address(devnet.deployment.addresses.settlement));
    for (const name of VICTIMS) {
      const { child, home } = living.get(name) as DevnetNode;
      await child.stop();
      const { guarded, sent } = await readSignedDuties(home, domain);
      assert.deepEqual(
        [...guarded].filter(([, digests]) => digests.size > 1),
        [],
      );
      assert.ok(sent.length > 0);
      assert.deepEqual(
        sent.filter(({ duty, digest }) => guarded.get(duty)?.has(digest) !== true),
        [],
      );
    }
  });
});
