/** Tests of one run. A cancelled test counts as failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** Words of the two runners' closing lines: Node's `ℹ pass 3`, Hardhat's `  4 passing`. */
const FIELDS: Readonly<Record<string, keyof Counts>> = {
  pass: 'passed',
  fail: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
  todo: 'skipped',
  passing: 'passed',
  failing: 'failed',
};

/** Sums the closing lines in the log of one package's `test` script, which may call both runners. No colour codes. */
export const countTests = (log: string): Counts => {
  const node = log.matchAll(/^ℹ (?<word>pass|fail|cancelled|skipped|todo) (?<count>\d+)$/gm);
  const hardhat = log.matchAll(/^\s+(?<count>\d+) (?<word>passing|failing|skipped)\b/gm);
  const sum = { ...NO_TESTS };
  for (const { groups } of [...node, ...hardhat]) {
    const field = FIELDS[groups?.word ?? ''];
    if (field !== undefined) sum[field] += Number(groups?.count);
  }
  return sum;
};
