import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examples, type VerbModule } from '../command.ts';
import { checksOf } from '../demo/figures.ts';
import { createLiveView } from '../demo/live-view.ts';
import { createPlainView } from '../demo/plain-view.ts';
import { runDemo } from '../demo/run.ts';
import { BY_HAND, describePayments, describeReport } from '../demo/summary.ts';
import { EXIT_FAILED, EXIT_OK } from '../exit.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .option('--keep', 'keep the folder with all homes and logs')
    .addHelpText('after', examples('mlb demo', 'mlb demo --json'))
    .action((options: { readonly keep?: boolean }) =>
      act(async ({ output, globals }) => {
        const root = await mkdtemp(join(tmpdir(), 'mlb-demo-'));
        const isLive = !output.isJson && globals.quiet !== true && process.stdout.isTTY === true;
        const view = isLive ? createLiveView(process.stdout) : createPlainView(output.note);
        try {
          const { devnet, report } = await runDemo(root, view);
          view.end();
          const payments = await describePayments(devnet);
          await devnet.stop();
          output.result(report, () => [payments, '', describeReport(report), '', BY_HAND].join('\n'));
          return checksOf(report).every(({ ok }) => ok) ? EXIT_OK : EXIT_FAILED;
        } finally {
          view.end();
          if (options.keep === true) output.note(`everything is in ${root}`);
          else await rm(root, { recursive: true, force: true });
        }
      }),
    );
};
