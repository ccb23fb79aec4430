import { examples, type VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { addOrderOptions, orderBody } from '../../task-order.ts';
import { consensusExit, taskText } from '../../task-text.ts';

export const register: VerbModule['register'] = (command, act) => {
  addOrderOptions(command)
    .argument('<model>', 'id or name')
    .option('--id-only', 'print nothing but the task id')
    .addHelpText(
      'after',
      examples(
        'mlb task submit mnist --input image=@seven.json --wait agreed',
        'mlb task submit mnist --input image=@seven.raw --id-only',
      ),
    )
    .action((model, options) =>
      act(async ({ client, deadline, globals, output }) => {
        const daemon = await client();
        // Waiting has no default limit: the order itself has a deadline.
        const signal = deadline(options.wait === undefined ? QUICK_MS : undefined);
        const ordered = await daemon.submitTask(await orderBody(model, options, globals.account), signal);
        output.note(`ordered ${ordered.taskId}`);
        const task =
          options.wait === undefined ? ordered : await daemon.waitForTask(ordered.taskId, options.wait, signal);
        if (options.idOnly === true) output.raw(task.taskId);
        else output.result(task, () => taskText(task));
        return consensusExit(task, output);
      }),
    );
};
