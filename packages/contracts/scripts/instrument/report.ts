import { readFileSync } from 'node:fs';
import { type Branch, branchesOf } from './branches.ts';

/** What Hardhat's coverage manager says of one file (internal/builtin-plugins/coverage of hardhat 3.17). */
interface LineCoverage {
  readonly lineExecutionCounts: ReadonlyMap<number, number>;
  readonly unexecutedLines: ReadonlySet<number>;
}
export interface CoverageManager {
  readonly data: ReadonlyMap<string, number>;
  readonly loadData: (...ids: readonly string[]) => Promise<void>;
  readonly getReport: () => Promise<Readonly<Record<string, LineCoverage>>>;
  readonly disableReport: () => void;
}

interface Count {
  readonly covered: number;
  readonly total: number;
}
interface FileCoverage {
  readonly file: string;
  readonly lines: Count;
  readonly branches: Count;
  readonly missedLines: readonly number[];
  /** `12` (never true) or `!12` (never false). */
  readonly missedBranches: readonly string[];
}

const tagOf = (tag: bigint): string => tag.toString(16).padStart(64, '0');

const missedOf = (branches: readonly Branch[], hits: ReadonlyMap<string, number>): readonly string[] =>
  branches.flatMap(({ line, tag }) => [
    ...(hits.has(tagOf(tag)) ? [] : [`${line}`]),
    ...(hits.has(tagOf(tag + 1n)) ? [] : [`!${line}`]),
  ]);

/** Lines and outcomes of conditions of every contract, from what the test runs of these names saved. */
export const coverageOf = async (
  manager: CoverageManager,
  runs: readonly string[],
): Promise<readonly FileCoverage[]> => {
  await manager.loadData(...runs);
  const report = await manager.getReport();
  return Object.entries(report)
    .filter(([file]) => file.startsWith('src/'))
    .map(([file, { lineExecutionCounts, unexecutedLines }]) => {
      const branches = branchesOf(file, readFileSync(file, 'utf8'));
      const missedBranches = missedOf(branches, manager.data);
      const total = lineExecutionCounts.size;
      return {
        file,
        lines: { covered: total - unexecutedLines.size, total },
        branches: { covered: 2 * branches.length - missedBranches.length, total: 2 * branches.length },
        missedLines: [...unexecutedLines].sort((a, b) => a - b),
        missedBranches,
      };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
};

const percent = ({ covered, total }: Count): number => (total === 0 ? 100 : (100 * covered) / total);
const cell = (count: Count): string => percent(count).toFixed(2).padStart(7);

/** The table of all files; `isEnough` when lines and branches both reach `barPercent`. */
export const printCoverage = (files: readonly FileCoverage[], barPercent: number): { readonly isEnough: boolean } => {
  const sumOf = (pick: (file: FileCoverage) => Count): Count =>
    files.map(pick).reduce((a, b) => ({ covered: a.covered + b.covered, total: a.total + b.total }));
  const [lines, branches] = [sumOf(({ lines }) => lines), sumOf(({ branches }) => branches)];
  const width = Math.max(...files.map(({ file }) => file.length));
  console.log(`${'file'.padEnd(width)}  lines %  branches %  missed lines | conditions never true, never false (!)`);
  for (const { file, missedLines, missedBranches, ...counts } of files) {
    const missed = [missedLines.join(' '), missedBranches.join(' ')].join(' | ');
    console.log(`${file.padEnd(width)}  ${cell(counts.lines)}     ${cell(counts.branches)}  ${missed}`);
  }
  const totals = `${lines.covered}/${lines.total} lines, ${branches.covered}/${branches.total} branches`;
  console.log(`${'all'.padEnd(width)}  ${cell(lines)}     ${cell(branches)}  ${totals}`);
  return { isEnough: percent(lines) >= barPercent && percent(branches) >= barPercent };
};
