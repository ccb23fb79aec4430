import type { Devnet } from '../devnet/devnet.ts';
import { CAST } from './cast.ts';
import { checksOf, type DemoReport } from './figures.ts';

const WEI_PER_MLB = 10n ** 18n;

/** Wei as MLB, to nine places. */
const mlb = (wei: string): string => {
  const amount = BigInt(wei);
  const fraction = String((amount % WEI_PER_MLB) / 10n ** 9n).padStart(9, '0');
  return `${amount / WEI_PER_MLB}.${fraction} MLB`;
};

/** Who was paid and who was slashed, as each daemon tells it of its own operator. */
export const describePayments = async ({ operators }: Devnet): Promise<string> => {
  const rows = await Promise.all(
    operators.map(async ({ name, client }, i) => {
      const stake = await client.stake();
      const fate = stake.tombstoned ? 'slashed, out of the draw' : `stake ${mlb(stake.activeWei)}`;
      return `  ${name}  ${(CAST[i]?.part ?? '').padEnd(15)} earned ${mlb(stake.earnedWei).padEnd(18)} ${fate}`;
    }),
  );
  return ['Operators', ...rows].join('\n');
};

/** The report for people. */
export const describeReport = (report: DemoReport): string => {
  const { latencyMs: ms } = report;
  const checks = checksOf(report).map(({ name, ok }) => `  ${ok ? 'ok  ' : 'FAIL'} ${name}`);
  return [
    `${report.correct} of ${report.tasks} digits recognised, ${report.agreed} agreed, ${report.settled} settled, ${report.resubmitted} ordered again`,
    `confidence at least ${report.minConfidence * 100} %`,
    `order to certificate p50 ${ms.p50} ms, p99 ${ms.p99} ms (seed wait ${ms.seedWaitP50} ms, execution ${ms.executionP50.toFixed(1)} ms)`,
    `${report.batches} batches, ${report.gasPerTask} gas a task, ${report.seconds} s in all`,
    '',
    'Checks',
    ...checks,
  ].join('\n');
};

export const BY_HAND: string = `By hand (in the repository: npm run --silent mlb -- VERB, or pnpm mlb VERB)
  mlb devnet up --nodes 5        a network like this one, that stays up
  mlb --help                     every verb`;
