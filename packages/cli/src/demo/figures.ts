import type { TaskView } from '@mlb/node/client';

/** What `mlb demo --json` prints. Every figure is read from the daemons and the chain. */
export interface DemoReport {
  readonly schema: 'mlb.demo/1';
  readonly tasks: number;
  readonly agreed: number;
  readonly settled: number;
  readonly resubmitted: number;
  readonly correct: number;
  /** Least certified weight share over all tasks, 0.7 to 1. */
  readonly minConfidence: number;
  readonly latencyMs: {
    /** From order to certificate. */
    readonly p50: number;
    readonly p99: number;
    /** From order to the seed block. */
    readonly seedWaitP50: number;
    readonly executionP50: number;
  };
  readonly gasPerTask: number;
  readonly batches: number;
  /** Requesters' debits = what executors, provider, batchers, treasury and the burn got, and all balances add up. */
  readonly conserved: boolean;
  readonly liarPaidForWrongWei: string;
  readonly equivocatorSlashedBps: number;
  /** Tasks of which two daemons hold certificates of different results. */
  readonly conflicts: number;
  readonly seconds: number;
}

/** Nearest-rank percentile; 0 of nothing. */
const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
};

const stepAt = (task: TaskView, state: TaskView['state']): number | undefined =>
  task.steps.find((step) => step.state === state)?.atMs;

const between = (tasks: readonly TaskView[], from: TaskView['state'], to: TaskView['state']): readonly number[] =>
  tasks.flatMap((task) => {
    const [start, end] = [stepAt(task, from), stepAt(task, to)];
    return start === undefined || end === undefined ? [] : [end - start];
  });

/** The requester's own clock over its agreed tasks, and the executors' over their executions. */
export const latencyOf = (tasks: readonly TaskView[], executionsMs: readonly number[]): DemoReport['latencyMs'] => {
  const agreement = between(tasks, 'admitted', 'agreed');
  return {
    p50: percentile(agreement, 0.5),
    p99: percentile(agreement, 0.99),
    seedWaitP50: percentile(between(tasks, 'admitted', 'seeded'), 0.5),
    executionP50: percentile(executionsMs, 0.5),
  };
};

/** Tasks of which two nodes' certificates differ. */
export const countConflicts = (viewsOfNodes: readonly (readonly TaskView[])[]): number => {
  const digests = new Map<string, Set<string>>();
  for (const { taskId, resultDigest } of viewsOfNodes.flat()) {
    if (resultDigest !== undefined) digests.set(taskId, (digests.get(taskId) ?? new Set()).add(resultDigest));
  }
  return [...digests.values()].filter(({ size }) => size > 1).length;
};

/** What an operator was paid for tasks whose certificate it did not sign: nothing, if all is well. */
export const paidWithoutSigning = (tasks: readonly TaskView[], operator: string): bigint =>
  tasks
    .flatMap(({ seats }) => seats)
    .filter((seat) => seat.operator === operator && !seat.signed)
    .reduce((sum, { paidWei }) => sum + BigInt(paidWei ?? 0), 0n);

/** The checks that decide the exit code, each with its sentence. */
export const checksOf = (report: DemoReport): readonly { readonly name: string; readonly ok: boolean }[] => [
  { name: 'every task agreed', ok: report.agreed === report.tasks },
  { name: 'every task settled', ok: report.settled === report.tasks },
  { name: 'at least 90 % of the digits recognised', ok: report.correct * 10 >= report.tasks * 9 },
  { name: 'every certificate holds at least 70 % of the weight', ok: report.minConfidence >= 0.7 },
  { name: 'no two daemons hold different results', ok: report.conflicts === 0 },
  { name: 'the liar got nothing for its wrong answers', ok: report.liarPaidForWrongWei === '0' },
  { name: 'the equivocator lost its whole stake', ok: report.equivocatorSlashedBps === 10_000 },
  { name: 'every wei is accounted for', ok: report.conserved },
];
