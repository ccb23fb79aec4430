import assert from 'node:assert/strict';
import { DEFAULT_PLAN_OPTIONS, drawPlan, type PlanOptions, reportOf, runPlan, type SeedReport } from '@mlb/simulator';

/** Where a campaign starts: another seed explores other runs, the one printed here repeats one. */
export const FIRST_SEED: number = Number(process.env.MLB_SEED ?? 1);

/** Runs seeds one after the other and fails with the numbers of those that broke something. */
export const assertSeeds = (
  { from, count }: { readonly from: number; readonly count: number },
  options: Partial<PlanOptions>,
): readonly SeedReport[] => {
  const reports = Array.from({ length: count }, (_, i) =>
    reportOf(runPlan(drawPlan(from + i, { ...DEFAULT_PLAN_OPTIONS, ...options }))),
  );
  const failures = reports.filter(({ violations }) => violations.length > 0);
  const lines = failures.map(({ seed, violations }) => `mlb sim --from ${seed} --seeds 1 --shrink: ${violations[0]}`);
  assert.equal(failures.length, 0, lines.join('\n'));
  return reports;
};

export const sum = (reports: readonly SeedReport[], pick: (report: SeedReport) => number): number =>
  reports.reduce((total, report) => total + pick(report), 0);
