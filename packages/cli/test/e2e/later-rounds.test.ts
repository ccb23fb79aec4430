import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { TaskView } from '@mlb/node/client';
import { readTestDigits, recognise } from '../../src/demo/digits.ts';
import { orderOf, publishModels, waitForModels } from '../../src/demo/models.ts';
import { type Devnet, type DevnetNode, type OperatorPlan, startDevnet } from '../../src/devnet/devnet.ts';

const BLOCK_TIME_MS = 500;
/** Tasks ordered until one is drawn as a story needs it. */
const MAX_ORDERS = 40;
const MAX_TRIES = 3;
const DIGITS = readTestDigits(MAX_ORDERS);

interface Stage {
  readonly devnet: Devnet;
  readonly close: () => Promise<void>;
}

const openStage = async (operators: readonly OperatorPlan[]): Promise<Stage> => {
  const root = await mkdtemp(join(tmpdir(), 'mlb-rounds-'));
  const devnet = await startDevnet({ root, operators, blockTimeMs: BLOCK_TIME_MS, onProgress: () => {} });
  const close = async (): Promise<void> => {
    await devnet.stop();
    await rm(root, { recursive: true, force: true });
  };
  try {
    await waitForModels(devnet.operators, (await publishModels(devnet.requester.client)).length);
    return { devnet, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The exact model: only bytes that are equal agree. */
const orderDigit = async (
  { requester }: Devnet,
  { index, redundancy }: { readonly index: number; readonly redundancy: number },
  signal: AbortSignal,
): Promise<TaskView> => {
  const digit = DIGITS[index];
  assert.ok(digit !== undefined);
  return requester.client.submitTask({ ...orderOf(digit, 0), redundancy }, signal);
};

/** The task once its first committee is drawn. */
const drawnTask = async ({ requester }: Devnet, taskId: string, signal: AbortSignal): Promise<TaskView> => {
  for (;;) {
    const task = await requester.client.task(taskId, signal);
    if (task.seats.length > 0) return task;
    await wait(100, undefined, { signal });
  }
};

/** Orders digits, some at once, until the first committee of one is as wanted; returns that task and its digit. */
const orderUntil = async (
  devnet: Devnet,
  {
    redundancy,
    isWanted,
  }: { readonly redundancy: number; readonly isWanted: (firstSeats: readonly string[]) => boolean },
  signal: AbortSignal,
): Promise<{ readonly taskId: string; readonly label: number }> => {
  const AT_ONCE = 4;
  for (let index = 0; index < MAX_ORDERS; index += AT_ONCE) {
    const orders = Array.from({ length: AT_ONCE }, (_, i) =>
      orderDigit(devnet, { index: index + i, redundancy }, signal),
    );
    const drawn = await Promise.all((await Promise.all(orders)).map(({ taskId }) => drawnTask(devnet, taskId, signal)));
    for (const [i, { taskId, seats }] of drawn.entries()) {
      const firstSeats = seats.slice(0, redundancy).map(({ operator }) => operator);
      if (isWanted(firstSeats)) return { taskId, label: DIGITS[index + i]?.label ?? -1 };
    }
  }
  throw new Error(`no committee as wanted in ${MAX_ORDERS} orders`);
};

/**
 * The first such task that is settled. On a machine that is too busy for all honest seats to be in time the last round
 * may fail: then the money comes back, and another one is ordered. A wrong value is never among the settled ones.
 */
const settledTask = async (
  devnet: Devnet,
  wanted: Parameters<typeof orderUntil>[1],
  signal: AbortSignal,
): Promise<{ readonly task: TaskView; readonly label: number }> => {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { taskId, label } = await orderUntil(devnet, wanted, signal);
    const task = await devnet.requester.client.waitForTask(taskId, 'settled', signal);
    if (task.state === 'settled') return { task, label };
  }
  throw new Error(`none of ${MAX_TRIES} tasks was settled`);
};

const digitOf = async ({ requester }: Devnet, taskId: string): Promise<number> => {
  const { outputs } = await requester.client.output(taskId);
  return recognise((outputs[0]?.data ?? []) as readonly number[]);
};

const metricOf = async ({ client }: DevnetNode, name: string): Promise<number> => {
  const lines = (await client.metrics()).split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

const countIn = (all: readonly string[], wanted: readonly string[]): number =>
  all.filter((operator) => wanted.includes(operator)).length;

describe('a first committee that liars have captured', () => {
  const HONEST = 7;
  const liar: OperatorPlan = {
    program: { module: new URL('../../src/demo/dishonest-node.ts', import.meta.url), args: ['liar'] },
    // Four lots: the most that count. Three such hold three of four seats in one task of three.
    stakeMlb: 200_000n,
  };
  let stage: Stage;
  before(async () => {
    stage = await openStage([...Array.from({ length: HONEST }, () => ({})), liar, liar, liar]);
  });
  after(() => stage.close());

  it('is overturned by the one honest seat: what is settled is true, and no liar is paid', {
    timeout: 150_000,
  }, async (t) => {
    const { devnet } = stage;
    const liars = devnet.operators.slice(HONEST).map(({ operator }) => operator.toLowerCase());
    const isWanted = (seats: readonly string[]): boolean => countIn(seats, liars) === 3;
    const { task, label } = await settledTask(devnet, { redundancy: 4, isWanted }, t.signal);
    assert.equal(await digitOf(devnet, task.taskId), label);
    assert.ok((await metricOf(devnet.requester, 'mlb_disputes_total')) > 0, 'there was a wrong certificate');
    assert.equal(task.seats.length, HONEST + liars.length);
    const signers = task.seats.flatMap(({ operator, signed }) => (signed ? [operator] : []));
    assert.equal(countIn(signers, liars), 0);
    assert.equal(signers.length, HONEST);
  });
});

describe('operators that stop', () => {
  const OPERATORS = 10;
  let stage: Stage;
  before(async () => {
    stage = await openStage(Array.from({ length: OPERATORS }, () => ({})));
  });
  after(() => stage.close());

  /** Of ten operators four are drawn: with so many orders one that stops has a seat in 98 % of all cases. */
  const ORDERS = 8;
  const gone: string[] = [];

  interface Passed {
    readonly taskId: string;
    readonly seat: number;
  }

  /** Seats that a daemon passed on, from its log: it is gone. */
  const passedBy = async ({ home }: DevnetNode): Promise<readonly Passed[]> =>
    (await readFile(join(home, 'daemon.log'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('passed a seat to its substitute'))
      .map((line) => JSON.parse(line));

  /** Stops it while it knows orders whose seed block is still to come. */
  const leave = async (leaving: DevnetNode, signal: AbortSignal): Promise<void> => {
    const { devnet } = stage;
    const known = async (): Promise<ReadonlySet<string>> =>
      new Set((await leaving.client.tasks({ limit: 100 }, signal)).tasks.map(({ taskId }) => taskId));
    const orders = await Promise.all(
      Array.from({ length: ORDERS }, (_, index) => orderDigit(devnet, { index, redundancy: 4 }, signal)),
    );
    for (let seen = await known(); !orders.every(({ taskId }) => seen.has(taskId)); seen = await known()) {
      await wait(20, undefined, { signal });
    }
    await leaving.child.stop();
  };

  it('pass the seats that they are given while they stop to substitutes, who serve them', {
    timeout: 90_000,
  }, async (t) => {
    const { devnet } = stage;
    let passed: readonly Passed[] = [];
    while (passed.length === 0 && gone.length < 2) {
      const leaving = devnet.operators[OPERATORS - 1 - gone.length] as DevnetNode;
      await leave(leaving, t.signal);
      gone.push(leaving.operator.toLowerCase());
      passed = await passedBy(leaving);
    }
    assert.ok(passed.length > 0, 'nobody was given a seat while it stopped');
    for (const { taskId, seat } of passed) {
      const task = await devnet.requester.client.waitForTask(taskId, 'settled', t.signal);
      assert.equal(task.state, 'settled');
      assert.equal(gone.includes(task.seats[seat]?.operator ?? ''), false);
      assert.equal(task.seats[seat]?.signed, true);
    }
  });

  it('and are dead leave rounds without a quorum, which the next round makes good', { timeout: 120_000 }, async (t) => {
    const { devnet } = stage;
    const dead = devnet.operators.slice(OPERATORS - 2);
    for (const { child } of dead) await child.kill();
    const names = dead.map(({ operator }) => operator.toLowerCase());
    // Six seats, so that both are often among them: four of six are no quorum, eight of ten are.
    const isWanted = (seats: readonly string[]): boolean => countIn(seats, names) === 2;
    const { task, label } = await settledTask(devnet, { redundancy: 6, isWanted }, t.signal);
    assert.equal(await digitOf(devnet, task.taskId), label);
    assert.equal(task.seats.length, OPERATORS);
    assert.equal(
      countIn(
        task.seats.flatMap(({ operator, signed }) => (signed ? [operator] : [])),
        names,
      ),
      0,
    );
  });
});
