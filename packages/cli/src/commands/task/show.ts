import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { taskText } from '../../task-text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.argument('<id>', 'task id').action((taskId) =>
    act(async ({ client, deadline, output }) => {
      const task = await (await client()).task(taskId, deadline(QUICK_MS));
      output.result(task, () => taskText(task));
      return undefined;
    }),
  );
};
