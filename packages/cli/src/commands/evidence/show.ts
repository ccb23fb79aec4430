import type { VerbModule } from '../../command.ts';
import { QUICK_MS } from '../../context.ts';
import { evidenceText } from './text.ts';

export const register: VerbModule['register'] = (command, act) => {
  command.argument('<id>', 'its id, or the beginning of it').action((id) =>
    act(async ({ client, deadline, output }) => {
      const evidence = await (await client()).evidence(id, deadline(QUICK_MS));
      output.result(evidence, () => evidenceText(evidence));
      return undefined;
    }),
  );
};
