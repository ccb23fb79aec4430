import type { TaskView } from '@mlb/node/client';
import { UNIT_WEI } from '@mlb/protocol';
import { type Devnet, type DevnetNode, startDevnet } from '../devnet/devnet.ts';
import { until } from '../devnet/until.ts';
import { CAST } from './cast.ts';
import { type Digit, readTestDigits, recognise } from './digits.ts';
import { countConflicts, type DemoReport, latencyOf, paidWithoutSigning } from './figures.ts';
import { type ChainLedger, readChainLedger } from './ledger.ts';
import { orderOf, publishModels, waitForModels } from './models.ts';

const TASKS = 32;
/** Orders under way at once. */
const CONCURRENCY = 16;
const BLOCK_TIME_MS = 500;
/** An order without quorum is submitted again at most so often. */
const MAX_TRIES = 12;

/** Where the demo tells what happens, as it happens. */
export interface DemoAudience {
  readonly stage: (what: string) => void;
  readonly devnet: (devnet: Devnet) => void;
  readonly submitted: (index: number, task: TaskView) => void;
  readonly agreed: (index: number, task: TaskView, recognised: number, label: number) => void;
  readonly noQuorum: (index: number, task: TaskView) => void;
  readonly settled: (index: number, task: TaskView) => void;
}

interface Answer {
  readonly taskId: string;
  readonly isCorrect: boolean;
  readonly tries: number;
}

/** One image, ordered until the network agrees. */
const answerOf = async (
  { client }: DevnetNode,
  { digit, index }: { readonly digit: Digit; readonly index: number },
  audience: DemoAudience,
): Promise<Answer> => {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const submitted = await client.submitTask(orderOf(digit, index));
    audience.submitted(index, submitted);
    const task = await client.waitForTask(submitted.taskId, 'agreed');
    if (task.state === 'agreed' || task.state === 'settled') {
      const { outputs } = await client.output(task.taskId);
      const recognised = recognise((outputs[0]?.data ?? []) as readonly number[]);
      audience.agreed(index, task, recognised, digit.label);
      return { taskId: task.taskId, isCorrect: recognised === digit.label, tries };
    }
    audience.noQuorum(index, task);
  }
  throw new Error(`image ${index}: no quorum in ${MAX_TRIES} orders`);
};

/**
 * The answer once it is settled. A dispute may overturn what was agreed, or leave it undecided: then the image is ordered
 * again, as after no quorum.
 */
const settledAnswer = async (
  requester: DevnetNode,
  { answer, digit, index }: { readonly answer: Answer; readonly digit: Digit; readonly index: number },
  audience: DemoAudience,
): Promise<Answer> => {
  const task = await requester.client.waitForTask(answer.taskId, 'settled');
  if (task.state === 'settled') audience.settled(index, task);
  else audience.noQuorum(index, task);
  if (task.state === 'settled' || answer.tries >= MAX_TRIES) return answer;
  const next = await answerOf(requester, { digit, index }, audience);
  const tries = answer.tries + next.tries;
  return settledAnswer(requester, { answer: { ...next, tries }, digit, index }, audience);
};

/** Runs the jobs, at most `limit` at once, in order of their index. */
const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  job: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await job(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
};

const waitForSlash = (devnet: Devnet, operator: string): Promise<ChainLedger> =>
  until('the equivocator is slashed', async () => {
    const ledger = await readChainLedger(devnet.rpcUrl, devnet.deployment);
    return ledger.slashedBps.has(operator) ? ledger : undefined;
  });

/** The daemon indexes a batch a moment after the chain has it. */
const waitForBatch = ({ client }: DevnetNode, count: number): Promise<true> =>
  until('the requester has seen every batch', async () =>
    Number((await client.settlement()).nextIndex) > count ? true : undefined,
  );

const operatorOf = (devnet: Devnet, part: string): string =>
  devnet.operators[CAST.findIndex((member) => member.part === part)]?.operator ?? '';

const reportOf = async (devnet: Devnet, answers: readonly Answer[], startedAtMs: number): Promise<DemoReport> => {
  const { client } = devnet.requester;
  const tasks = await Promise.all(answers.map(({ taskId }) => client.task(taskId)));
  const ledger = await waitForSlash(devnet, operatorOf(devnet, 'equivocator'));
  await waitForBatch(devnet.requester, ledger.batches);
  const views = await Promise.all(
    [devnet.requester, ...devnet.operators].map(async (node) => (await node.client.tasks({ limit: 1000 })).tasks),
  );
  const settled = tasks.filter(({ state }) => state === 'settled');
  const executionsMs = views.flat().flatMap(({ executionMs }) => executionMs ?? []);
  return {
    schema: 'mlb.demo/1',
    tasks: answers.length,
    agreed: tasks.filter(({ resultDigest }) => resultDigest !== undefined).length,
    settled: settled.length,
    resubmitted: answers.reduce((sum, { tries }) => sum + tries - 1, 0),
    correct: answers.filter(({ isCorrect }) => isCorrect).length,
    minConfidence: Math.min(...tasks.map(({ confidenceBps = 0 }) => confidenceBps)) / 10_000,
    latencyMs: latencyOf(tasks, executionsMs),
    gasPerTask: Number(ledger.gasUsed / BigInt(Math.max(1, ledger.leaves))),
    batches: ledger.batches,
    conserved: ledger.isConserved && chargedOf(views[0] ?? [], ledger.batches) === ledger.debitedUnits * UNIT_WEI,
    liarPaidForWrongWei: String(paidWithoutSigning(settled, operatorOf(devnet, 'liar'))),
    equivocatorSlashedBps: ledger.slashedBps.get(operatorOf(devnet, 'equivocator')) ?? 0,
    conflicts: countConflicts(views),
    seconds: Math.round((Date.now() - startedAtMs) / 100) / 10,
  };
};

/**
 * What the requester's daemon says of all its orders in the first `batches` batches. An order without quorum may still get
 * a certificate from signatures that were under way, and is charged like any other.
 */
const chargedOf = (tasks: readonly TaskView[], batches: number): bigint =>
  tasks
    .filter(({ batchIndex }) => batchIndex !== undefined && Number(batchIndex) <= batches)
    .reduce((sum, { fees }) => sum + BigInt(fees.chargedWei ?? 0), 0n);

/** The main job on real parts, from an empty folder to a settled ledger. Leaves the devnet running for the caller to stop. */
export const runDemo = async (
  root: string,
  audience: DemoAudience,
): Promise<{ readonly devnet: Devnet; readonly report: DemoReport }> => {
  const startedAtMs = Date.now();
  const operators = CAST.map(({ plan }) => plan);
  const devnet = await startDevnet({ root, operators, blockTimeMs: BLOCK_TIME_MS, onProgress: audience.stage });
  try {
    audience.devnet(devnet);
    audience.stage('publishing two models, and waiting until every operator has them');
    const models = await publishModels(devnet.requester.client);
    await waitForModels(devnet.operators, models.length);
    audience.stage(`ordering ${TASKS} images`);
    const digits = readTestDigits(TASKS);
    const agreed = await inParallel(digits, CONCURRENCY, (digit, index) =>
      answerOf(devnet.requester, { digit, index }, audience),
    );
    audience.stage('waiting for settlement');
    const answers = await Promise.all(
      digits.map((digit, index) =>
        settledAnswer(devnet.requester, { answer: agreed[index] as Answer, digit, index }, audience),
      ),
    );
    return { devnet, report: await reportOf(devnet, answers, startedAtMs) };
  } catch (error) {
    await devnet.stop();
    throw error;
  }
};
