import { writeFile } from 'node:fs/promises';
import { examples, type VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { CliError } from '../../failure.ts';

const save = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new CliError('FILE_UNWRITABLE', `${path} cannot be written (${code})`, 'check the path', { cause });
  }
};

export const register: VerbModule['register'] = (command, act) => {
  command
    .argument('<id>', 'task id')
    .option('-o, --output <file>', 'write it here instead of stdout')
    .addHelpText('after', examples('mlb task receipt 0x12… -o r.json', 'mlb task verify r.json'))
    .action((taskId, { output: path }) =>
      act(async ({ client, deadline, output }) => {
        const text = await (await client()).receipt(taskId, deadline(QUICK_MS));
        if (path === undefined) {
          output.raw(text);
          return undefined;
        }
        await save(path, text);
        const view = { schema: 'mlb.receipt-file/1', taskId, file: path, sizeBytes: Buffer.byteLength(text) };
        output.result(view, () => `wrote ${path}; check it with \`mlb task verify ${path}\``);
        return undefined;
      }),
    );
};
