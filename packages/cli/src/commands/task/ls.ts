import { Option } from '@commander-js/extra-typings';
import { TASK_STATES } from '@mlb/node/client';
import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { listing } from '../../table.ts';

export const register: VerbModule['register'] = (command, act) => {
  command
    .addOption(new Option('--state <state>', 'only these').choices(TASK_STATES))
    .option('--limit <number>', 'at most so many, the newest first', Number, 100)
    .action(({ state, limit }) =>
      act(async ({ client, deadline, output }) => {
        const filter = { limit, ...(state === undefined ? {} : { state }) };
        const list = await (await client()).tasks(filter, deadline(QUICK_MS));
        const rows = list.tasks.map((task) => [
          task.taskId,
          task.state,
          task.modelName ?? task.modelId,
          task.confidenceBps === undefined ? '' : `${task.confidenceBps / 100} %`,
        ]);
        output.result(list, () => listing(['task', 'state', 'model', 'confidence'], rows, 'no task is known here'));
        return undefined;
      }),
    );
};
