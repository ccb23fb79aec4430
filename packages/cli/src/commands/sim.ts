import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  DEFAULT_PLAN_OPTIONS,
  drawPlan,
  isStrategyName,
  OPERATOR_STRATEGIES,
  type PlanOptions,
  type SeedReport,
  type StrategyName,
  shrink,
  summarise,
  violationsOf,
} from '@mlb/simulator';
import { examples, type VerbModule } from '../command.ts';
import { EXIT_FAILED, EXIT_OK } from '../exit.ts';
import { runCampaign } from '../sim/campaign.ts';
import { committeeFigures } from '../sim/figures.ts';
import { cryptoOf } from '../sim/job.ts';
import { createProgress } from '../sim/progress.ts';
import { describeFigures, describeShrunk, describeSummary } from '../sim/text.ts';

const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };

const share = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a share from 0 to 1, such as 0.2.');
  return value;
};

const strategies = (text: string): readonly StrategyName[] =>
  text.split(',').map((name) => {
    if (!isStrategyName(name)) throw new InvalidArgumentError(`expected any of ${OPERATOR_STRATEGIES.join(', ')}.`);
    return name;
  });

const { operatorCount, orderCount, adversaryShare, maxFaults } = DEFAULT_PLAN_OPTIONS;

interface SimOptions {
  readonly from: number;
  readonly operators: number;
  readonly tasks: number;
  readonly adversary: number;
  readonly strategy: readonly StrategyName[];
  readonly faults: number;
}

const planOptions = ({ operators, tasks, adversary, strategy, faults }: SimOptions): PlanOptions => ({
  ...{
    operatorCount: operators,
    orderCount: tasks,
    adversaryShare: adversary,
    strategies: strategy,
    maxFaults: faults,
  },
});

const isBroken = (outcome: Parameters<typeof violationsOf>[0]): boolean => violationsOf(outcome).length > 0;

export const register: VerbModule['register'] = (command, act) => {
  command
    .addOption(new Option('--seeds <n>', 'runs').argParser(integer(1, 10_000_000)).default(100))
    .addOption(new Option('--from <seed>', 'first seed').argParser(integer(0, 2 ** 32 - 1)).default(1))
    .addOption(new Option('--operators <n>', 'of each network').argParser(integer(4, 500)).default(operatorCount))
    .addOption(new Option('--tasks <n>', 'orders in each run').argParser(integer(1, 1000)).default(orderCount))
    .addOption(new Option('--adversary <share>', 'dishonest operators').argParser(share).default(adversaryShare))
    .addOption(
      new Option('--strategy <names>', 'what they do, separated by commas')
        .argParser(strategies)
        .default(OPERATOR_STRATEGIES, 'all'),
    )
    .addOption(
      new Option('--faults <n>', 'of network, processes and L2, at most').argParser(integer(0, 100)).default(maxFaults),
    )
    .addOption(
      new Option('--jobs <n>', 'threads').argParser(integer(1, 256)).default(availableParallelism(), 'all cores'),
    )
    .option('--shrink', 'make the first failing run as small as it gets')
    .option('--figures', 'also: safety and liveness of committees, against T7 and T9 (takes minutes)')
    .option('--real-crypto', 'real secp256k1 signatures, some fifty times slower')
    .addHelpText('after', examples('mlb sim --seeds 500', 'mlb sim --from 27 --seeds 1 --shrink', 'mlb sim --json'))
    .action((options) =>
      act(async ({ output, globals, deadline }) => {
        const plans = planOptions(options);
        const isRealCrypto = options.realCrypto === true;
        const progress = createProgress(process.stderr, options.seeds, globals.quiet !== true && !output.isJson);
        let violations = 0;
        const onReport = (done: number, report: SeedReport): void => {
          violations += report.violations.length;
          progress.at(done, violations);
        };
        const startedMs = performance.now();
        const signal = deadline(undefined) ?? new AbortController().signal;
        const { from, seeds, jobs } = options;
        const campaign = { from, seeds, jobs, options: plans, isRealCrypto, onReport, signal };
        const reports = await runCampaign(campaign).finally(progress.end);
        const realMs = performance.now() - startedMs;
        const summary = summarise(reports, { operators: options.operators, realMs, strategies: OPERATOR_STRATEGIES });
        const [failure] = summary.failures;
        const shrunk =
          failure !== undefined && options.shrink === true
            ? shrink(drawPlan(failure.seed, plans), isBroken, cryptoOf(isRealCrypto))
            : undefined;
        const figures = options.figures === true ? committeeFigures() : undefined;
        const minimal = shrunk && { seed: shrunk.plan.seed, plan: shrunk.plan, events: shrunk.events };
        output.result({ ...summary, ...(minimal && { minimal }), ...(figures && { figures }) }, () =>
          [describeSummary(summary), ...(figures === undefined ? [] : ['', describeFigures(figures)])].join('\n'),
        );
        for (const { seed, violations: found } of summary.failures.slice(0, 10))
          output.note(`seed ${seed}: ${found[0]}`);
        if (shrunk !== undefined) output.note(describeShrunk(shrunk));
        return summary.violations === 0 ? EXIT_OK : EXIT_FAILED;
      }),
    );
};
