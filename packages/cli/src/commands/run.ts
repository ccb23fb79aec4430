import { examples, type VerbModule } from '../command.ts';
import { addOrderOptions, orderBody } from '../task-order.ts';
import { consensusExit, tensorText } from '../task-text.ts';

export const register: VerbModule['register'] = (command, act) => {
  addOrderOptions(command)
    .argument('<model>', 'id or name')
    .addHelpText(
      'after',
      examples('mlb run mnist --input image=@seven.json', 'cat seven.raw | mlb run mnist --input image=-'),
    )
    .action((model, options) =>
      act(async ({ client, deadline, globals, output }) => {
        const daemon = await client();
        const signal = deadline(undefined);
        const { taskId } = await daemon.submitTask(await orderBody(model, options, globals.account), signal);
        output.note(`ordered ${taskId}`);
        const task = await daemon.waitForTask(taskId, options.wait ?? 'agreed', signal);
        const exit = consensusExit(task, output);
        if (exit !== 0) {
          if (output.isJson) output.result({ schema: 'mlb.run/1', task, outputs: [] }, () => '');
          return exit;
        }
        const { outputs } = await daemon.output(taskId, signal);
        output.result({ schema: 'mlb.run/1', task, outputs }, () => outputs.map(tensorText).join('\n'));
        const confidence = task.confidenceBps === undefined ? '' : `, confidence ${task.confidenceBps / 100} %`;
        output.note(`${task.state}${confidence}; mlb task receipt ${taskId} proves it`);
        return exit;
      }),
    );
};
