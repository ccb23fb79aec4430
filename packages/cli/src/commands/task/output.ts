import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { tensorText } from '../../task-text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.argument('<id>', 'task id').action((taskId) =>
    act(async ({ client, deadline, output }) => {
      const answer = await (await client()).output(taskId, deadline(QUICK_MS));
      output.result(answer, () => answer.outputs.map(tensorText).join('\n'));
      return undefined;
    }),
  );
};
