import { basename } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { formatAmount, parseAmount } from '../../amount.ts';
import { examples, type VerbModule } from '../../command.ts';
import { SLOW_MS } from '../../context.ts';
import { readNamedFile } from '../../read-file.ts';
import { facts } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<file>', 'the .onnx file')
    .option('--name <name>', 'name in the registry (default: the name of the file)')
    .option('--price <amount>', 'fee of one task for you, such as 0.1mlb', parseAmount, '0')
    .addOption(
      new Option('--mode <mode>', 'how outputs agree')
        .choices(['exact', 'tolerance'] as const)
        .default('tolerance' as const),
    )
    .option('--atol <number>', 'absolute tolerance', Number, 1e-3)
    .option('--rtol <number>', 'relative tolerance', Number, 1e-3)
    .addHelpText(
      'after',
      examples(
        'mlb model publish mnist.onnx --name mnist --price 0.1mlb',
        'mlb model publish mnist-int8.onnx --mode exact',
      ),
    )
    .action((file, options) =>
      act(async ({ client, deadline, globals, output }) => {
        const bytes = await readNamedFile(file);
        const name = options.name ?? basename(file, '.onnx');
        const { price: priceWei, mode, atol, rtol } = options;
        const query = { name, priceWei, mode, atol, rtol, account: globals.account };
        const model = await (await client()).publishModel(bytes, query, deadline(SLOW_MS));
        output.result(model, () =>
          facts([
            ['model', model.modelId],
            ['name', model.name],
            ['price', formatAmount(model.priceWei)],
            ['cid', model.cid],
            ['sha256', model.sha256],
            ['compute units', model.computeUnits],
            ['transaction', model.transaction],
          ]),
        );
        return undefined;
      }),
    );
};
