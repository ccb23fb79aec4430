// `pnpm --filter @mlb/cli bench`: a devnet of five operators under load for 30 s. Prints one JSON object; absolute
// figures of one machine, so read them beside `cpuShare` and compare only within one run.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskView } from '@mlb/node/client';
import { readTestDigits } from '../src/demo/digits.ts';
import { latencyOf } from '../src/demo/figures.ts';
import { orderOf, publishModels, waitForModels } from '../src/demo/models.ts';
import { type DevnetNode, startDevnet } from '../src/devnet/devnet.ts';

const LOAD_MS = 30_000;
const CONCURRENCY = 32;
const OPERATORS = 5;

/** One sample of a daemon's Prometheus text. */
const sample = async ({ client }: DevnetNode, name: string): Promise<number> => {
  const text = await client.metrics();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
};

const sampleAll = async (nodes: readonly DevnetNode[], name: string): Promise<number> => {
  const values = await Promise.all(nodes.map((node) => sample(node, name)));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

const MIB = 2 ** 20;
const residentMib = async (nodes: readonly DevnetNode[]): Promise<number> =>
  Math.round((await sampleAll(nodes, 'process_resident_memory_bytes')) / MIB);

/** Orders one task after the other until the time is over. */
const keepOrdering = async ({ client }: DevnetNode, untilMs: number, worker: number): Promise<TaskView[]> => {
  const digits = readTestDigits(CONCURRENCY);
  const done: TaskView[] = [];
  for (let i = worker; Date.now() < untilMs; i += 1) {
    const digit = digits[i % digits.length];
    if (digit === undefined) break;
    const { taskId } = await client.submitTask(orderOf(digit, i));
    done.push(await client.waitForTask(taskId, 'agreed'));
  }
  return done;
};

const root = await mkdtemp(join(tmpdir(), 'mlb-bench-'));
const devnet = await startDevnet({
  root,
  operators: Array.from({ length: OPERATORS }, () => ({})),
  blockTimeMs: 500,
  onProgress: (what) => process.stderr.write(`${what}\n`),
});
try {
  const { requester, operators } = devnet;
  const models = await publishModels(requester.client);
  await waitForModels(operators, models.length);
  const idleMib = await residentMib(operators);
  const cpuBefore = await sampleAll(operators, 'process_cpu_seconds_total');
  process.stderr.write(`${CONCURRENCY} orders at a time for ${LOAD_MS / 1000} s\n`);
  const startedAtMs = Date.now();
  const workers = Array.from({ length: CONCURRENCY }, (_, i) => keepOrdering(requester, startedAtMs + LOAD_MS, i));
  const tasks = (await Promise.all(workers)).flat();
  const seconds = (Date.now() - startedAtMs) / 1000;
  const views = await Promise.all(operators.map(async ({ client }) => (await client.tasks({ limit: 1000 })).tasks));
  const executionsMs = views.flat().flatMap(({ executionMs }) => executionMs ?? []);
  const agreed = tasks.filter(({ resultDigest }) => resultDigest !== undefined);
  const cpuPerDaemon = (await sampleAll(operators, 'process_cpu_seconds_total')) - cpuBefore;
  const result = {
    schema: 'mlb.bench/1',
    cores: availableParallelism(),
    operators: OPERATORS,
    seconds,
    ordered: tasks.length,
    agreed: agreed.length,
    tasksPerSecond: agreed.length / seconds,
    latencyMs: latencyOf(agreed, executionsMs),
    daemonCpuMsPerTask: (cpuPerDaemon * 1000) / Math.max(1, tasks.length),
    idleRssMib: idleMib,
    busyRssMib: await residentMib(operators),
    eventLoopLagP99Ms: (await sampleAll(operators, 'nodejs_eventloop_lag_p99_seconds')) * 1000,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await devnet.stop();
  await rm(root, { recursive: true, force: true });
}
