import { nobleSecp256k1, parseReceiptJson, type ReceiptReport, verifyReceipt } from '@mlb/protocol';
import { examples, type VerbModule } from '../../command.ts';
import { EXIT_OK, EXIT_REJECTED } from '../../exit.ts';
import { readNamedFile } from '../../read-file.ts';
import { listing } from '../../table.ts';

const reportText = (report: ReceiptReport): string => {
  const checks = report.checks.map(({ name, ok, detail }) => [ok ? 'ok' : 'BAD', name, detail]);
  const verdict = report.ok ? `valid, confidence ${report.confidenceBps / 100} %` : 'REJECTED';
  const open = report.notChecked.map((text) => `  - ${text}`).join('\n');
  return `task ${report.taskId}\n\n${listing(['check', '', ''], checks, '')}\n\nNot checked, because only the chain or the model can tell:\n${open}\n\n${verdict}`;
};

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<file>', 'a receipt of `mlb task receipt`; - for stdin')
    .addHelpText('after', examples('mlb task verify r.json', 'mlb task receipt 0x12… | mlb task verify -'))
    .action((file) =>
      act(async ({ output }) => {
        const text = Buffer.from(await readNamedFile(file)).toString('utf8');
        const report = verifyReceipt(parseReceiptJson(text), nobleSecp256k1);
        output.result({ schema: 'mlb.verification/1', ...report }, () => reportText(report));
        return report.ok ? EXIT_OK : EXIT_REJECTED;
      }),
    );
};
